//! Messages split, coalesced, compressed and broken in every way.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::faults::Faults;

/// What went on to the service, and the offence, if any, behind it.
fn read(requests: Requests, encoding: Encoding, data: &[&[u8]]) -> (Vec<u8>, Result<(), Offence>) {
    let mut messages = Messages::new(requests, encoding, Astray::new(Faults::default()));
    let mut service = Vec::new();
    for data in data {
        messages.feed(Bytes::copy_from_slice(data)).expect("no fault");
        loop {
            match messages.next() {
                Ok(Some(bytes)) => service.extend_from_slice(&bytes),
                Ok(None) => break,
                Err(offence) => return (service, Err(offence)),
            }
        }
    }
    let end = messages.end();
    (service, end)
}

fn offence(encoding: Encoding, data: &[u8]) -> Result<(), Offence> {
    read(Requests::Any, encoding, &[data]).1
}

fn message(flag: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a small message");
    [&[flag][..], &length.to_be_bytes(), payload].concat()
}

fn gzip(payload: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(payload).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn a_split_anywhere_changes_nothing() {
    let plain = [message(0, b"one"), message(0, b""), message(0, b"three")].concat();
    let mixed = [message(1, &gzip(b"one")), message(0, b""), message(1, &gzip(b"three"))].concat();
    for data in [&plain, &mixed] {
        for at in 0..=data.len() {
            let (head, tail) = data.split_at(at);
            let (service, end) = read(Requests::Any, Encoding::Gzip, &[head, b"", tail]);
            assert_eq!((service, end), (plain.clone(), Ok(())), "split at {at}");
        }
        let bytes: Vec<_> = data.chunks(1).collect();
        let (service, end) = read(Requests::Any, Encoding::Gzip, &bytes);
        assert_eq!((service, end), (plain.clone(), Ok(())), "byte by byte");
    }
}

#[test]
fn an_end_inside_a_message_is_seen_wherever_it_is() {
    for whole in [message(0, b"payload"), message(1, &gzip(b"payload"))] {
        for before in [vec![], message(0, b"first")] {
            for at in 1..whole.len() {
                let data = [&before[..], &whole[..at]].concat();
                assert_eq!(offence(Encoding::Gzip, &data), Err(Offence::Truncated), "{at}");
            }
        }
    }
}

#[test]
fn a_method_that_takes_one_message_gets_one() {
    let one = message(0, b"");
    let two = [&one[..], &one].concat();
    for (data, end) in
        [(&b""[..], Err(Offence::NoMessage)), (&one, Ok(())), (&two, Err(Offence::SecondMessage))]
    {
        assert_eq!(read(Requests::One, Encoding::Identity, &[data]).1, end);
        assert_eq!(read(Requests::Any, Encoding::Identity, &[data]).1, Ok(()));
    }
}

#[test]
fn a_prefix_alone_condemns_a_message() {
    let at_most = u32::try_from(MAX_MESSAGE).expect("it fits");
    for (flag, encoding, length, end) in [
        (0, Encoding::Unknown, 0, Ok(())),
        (0, Encoding::Gzip, 0, Ok(())),
        (0, Encoding::Identity, at_most, Err(Offence::Truncated)),
        (0, Encoding::Identity, at_most + 1, Err(Offence::TooLarge)),
        (0, Encoding::Identity, u32::MAX, Err(Offence::TooLarge)),
        (1, Encoding::Gzip, u32::MAX, Err(Offence::TooLarge)),
        (1, Encoding::Identity, 1, Err(Offence::FlagWithoutEncoding)),
        (1, Encoding::Unknown, 1, Err(Offence::UnknownEncoding)),
        (2, Encoding::Gzip, 1, Err(Offence::ReservedFlag)),
        (255, Encoding::Identity, 1, Err(Offence::ReservedFlag)),
    ] {
        let prefix = [&[flag][..], &length.to_be_bytes()].concat();
        assert_eq!(offence(encoding, &prefix), end, "flag {flag}, {length} bytes");
    }
}

#[test]
fn what_does_not_decompress_is_corrupt() {
    let good = gzip(b"a message of some length, some length, some length");
    let mut flipped = good.clone();
    *flipped.last_mut().expect("a trailer") ^= 1;
    for bad in [
        &b""[..],
        b"no gzip at all",
        &good[..good.len() - 1],
        &good[..12],
        &flipped,
        &[&good[..], b"garbage"].concat(),
        &[&good[..], &good[..15]].concat(),
    ] {
        assert_eq!(offence(Encoding::Gzip, &message(1, bad)), Err(Offence::Corrupt));
    }
    let members = message(1, &[gzip(b"two "), gzip(b"members")].concat());
    let (service, end) = read(Requests::One, Encoding::Gzip, &[&members]);
    assert_eq!((service, end), (message(0, b"two members"), Ok(())));
}

#[test]
fn a_bomb_ends_at_the_longest_message() {
    let longest = vec![0; MAX_MESSAGE];
    let (service, end) = read(Requests::One, Encoding::Gzip, &[&message(1, &gzip(&longest))]);
    assert_eq!((service.len(), end), (PREFIX + MAX_MESSAGE, Ok(())));
    let bomb = message(1, &gzip(&[&longest[..], &[0]].concat()));
    assert_eq!(offence(Encoding::Gzip, &bomb), Err(Offence::Bomb));
    // It is over as soon as the limit is passed, not when the rest has come.
    let members: Vec<_> = std::iter::repeat_n(gzip(&longest), 3).flatten().collect();
    let announced = message(1, &members);
    let (service, end) = read(Requests::Any, Encoding::Gzip, &[&announced[..announced.len() / 2]]);
    assert_eq!((service, end), (vec![], Err(Offence::Bomb)));
}
