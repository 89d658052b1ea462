//! Every fault of the handshake breaks its clause where a client can see it, and nothing does without a fault.

mod client;

use std::collections::BTreeSet;

use client::addressed;
use client::stimuli::*;
use client::{Stream, init, other_key, sessions, sign, sign_with};
use prost::Message;
use wirecheck_proto::service::RequestVerificationHeader;
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_reference::{Code, Fault, Faults};

/// Whether the clause holds, as a client sees it.
type Holds = fn(&Faults) -> bool;

const PROBES: &[(Fault, Holds)] = &[
    // order
    (Fault::AnswersInitWithResult, |f| one_unsigned(&Stream::begun(&sessions(f)))),
    (Fault::RepeatsUnsigned, |f| one_unsigned(&Stream::begun(&sessions(f)))),
    (Fault::AnswersSignedWithUnsigned, |f| Stream::completed(&sessions(f)).results() == 1),
    (Fault::RepeatsResult, |f| Stream::completed(&sessions(f)).results() == 1),
    (Fault::EndsFinishedStreamWithError, |f| {
        Stream::completed(&sessions(f)).half_close().end == Some(Ok(()))
    }),
    (Fault::SpeaksFirst, |f| Stream::open(&sessions(f)).answers.is_empty()),
    (Fault::AcceptsSignedFirst, |f| {
        Stream::open(&sessions(f)).say(Ask::Signed(sign(init()))).answers.is_empty()
    }),
    (Fault::AnswersSecondInit, |f| {
        one_unsigned(&Stream::begun(&sessions(f)).say(Ask::Init(init())))
    }),
    (Fault::IgnoresEmptyMessage, |f| {
        Stream::open(&sessions(f)).empty().refusal().is_some()
            && Stream::begun(&sessions(f)).empty().refusal().is_some()
    }),
    (Fault::AnswersAfterResult, |f| {
        let sessions = sessions(f);
        let after = Stream::completed(&sessions).say(Ask::Signed(init()));
        (after.unsigneds(), after.results()) == (1, 1)
    }),
    (Fault::SpeaksToSilentStream, |f| Stream::open(&sessions(f)).half_close().answers.is_empty()),
    (Fault::ResultAtHalfClose, |f| Stream::begun(&sessions(f)).half_close().results() == 0),
    (Fault::EndsIncompleteWithOk, |f| Stream::begun(&sessions(f)).half_close().refusal().is_some()),
    (Fault::StartsOverAfterResult, |f| {
        let sessions = sessions(f);
        let again = Stream::completed(&sessions).say(Ask::Init(init()));
        let signed = sign(again.unsigned());
        again.say(Ask::Signed(signed)).results() == 1
    }),
    (Fault::FirstMemberWins, |f| {
        let member = |message| request(message).encode_to_vec();
        let (asks, signs) = (member(Ask::Init(init())), member(Ask::Signed(sign(init()))));
        Stream::open(&sessions(f)).bytes(&[&signs[..], &asks].concat()).unsigneds() == 1
            && Stream::open(&sessions(f)).bytes(&[&asks[..], &signs].concat()).unsigneds() == 0
    }),
    // token
    (Fault::MakesVersionOneIds, |f| is_uuid4(&token(f).id)),
    (Fault::WritesIdAsText, |f| is_uuid4(&token(f).id)),
    (Fault::ReversesObjectIds, |f| token(f).object_id == init().object_id),
    (Fault::DropsRepeatedObjects, |f| {
        let mut twice = init();
        twice.object_id.extend(init().object_id);
        token_for(f, twice.clone()).object_id == twice.object_id
    }),
    (Fault::CopiesInitSignature, |f| token_for(f, sign(init())).signature.is_empty()),
    (Fault::OmitsSessionKey, |f| public_key(&token(f)).len() == 32),
    (Fault::SignsUnsigned, |f| token(f).signature.is_empty()),
    (Fault::AdoptsClientId, |f| token_for(f, with_own_choice()).id != with_own_choice().id),
    (Fault::AdoptsClientKey, |f| {
        public_key(&token_for(f, with_own_choice())) != public_key(&with_own_choice())
    }),
    (Fault::ChangesIdInResult, |f| {
        let sessions = sessions(f);
        let stream = Stream::completed(&sessions);
        result(&stream).id == stream.unsigned().id
    }),
    (Fault::StripsResultSignature, |f| {
        result(&Stream::completed(&sessions(f))).signature.len() == 64
    }),
    (Fault::StripsResultKeySignature, |f| {
        let header = result(&Stream::completed(&sessions(f))).header;
        header.unwrap_or_default().key_signature.len() == 64
    }),
    (Fault::CountsIdsUp, |f| !tokens(f).is_sorted_by(|a, b| a.id < b.id)),
    (Fault::DrawsHalfTheId, |f| tokens(f).iter().any(|token| token.id[0] != tokens(f)[0].id[0])),
    (Fault::ReusesTokenId, |f| distinct(tokens(f), |token| token.id.clone())),
    (Fault::SharesSessionKey, |f| distinct(tokens(f), public_key)),
    (Fault::AcceptsReversedLifetime, |f| !completes(f, lifetime(2, 1))),
    (Fault::JudgesLifetimeLate, |f| {
        refused_at_init(f, lifetime(2, 1)) && !completes(f, lifetime(2, 1))
    }),
    (Fault::RefusesSingleEpoch, |f| completes(f, lifetime(7, 7))),
    (Fault::RoundsEpochs, |f| token_for(f, lifetime(0, (1 << 53) + 1)).last_epoch == (1 << 53) + 1),
    (Fault::RefusesHighEpochs, |f| completes(f, lifetime(1 << 63, u64::MAX))),
    (Fault::AcceptsNoOwner, |f| !completes(f, owned_by(&[]))),
    (Fault::JudgesOwnerLate, |f| {
        refused_at_init(f, owned_by(&[9; 31])) && !completes(f, owned_by(&[9; 31]))
    }),
    (Fault::RefusesManyObjects, |f| completes(f, with_objects(1000))),
    (Fault::RefusesNoObjects, |f| completes(f, with_objects(0))),
    // signature
    (Fault::SkipsEmptySignature, |f| !signed_as(f, |token| token.signature.clear())),
    (Fault::SkipsEmptyKeySignature, |f| !signed_as(f, |token| key_signature(token).clear())),
    (Fault::SkipsSignature, |f| !signed_as(f, |token| token.signature[20] ^= 1)),
    (Fault::SkipsKeySignature, |f| !signed_as(f, |token| key_signature(token)[20] ^= 1)),
    (Fault::SkipsOddLengths, |f| {
        !signed_as(f, |token| token.signature.truncate(1))
            && !signed_as(f, |token| key_signature(token).truncate(63))
    }),
    (Fault::CutsLongSignatures, |f| {
        !signed_as(f, |token| token.signature.push(0))
            && !signed_as(f, |token| key_signature(token).resize(4096, 0))
    }),
    (Fault::ChecksSignatureFormOnly, |f| {
        !signed_as(f, |token| *token = sign_with(&other_key(), token.clone()))
    }),
    (Fault::TrustsNamedKey, |f| !addressed::completes_for_another(f)),
    (Fault::TakesExchangedSignatures, |f| {
        !signed_as(f, |token| {
            let signature = std::mem::take(&mut token.signature);
            token.signature = std::mem::replace(key_signature(token), signature);
        })
    }),
    (Fault::IgnoresChangedId, |f| !changed_to(f, |token| token.id[15] ^= 1)),
    (Fault::IgnoresChangedOwner, |f| {
        !signed_as(f, |token| {
            token.owner_id = other_key().verifying_key().to_bytes().into();
            *token = sign_with(&other_key(), token.clone());
        })
    }),
    (Fault::IgnoresChangedEpochs, |f| {
        !changed_to(f, |token| token.first_epoch += 1)
            && !changed_to(f, |token| token.last_epoch += 1)
    }),
    (Fault::IgnoresChangedObjects, |f| !changed_to(f, |token| token.object_id[1][31] ^= 1)),
    (Fault::IgnoresChangedKey, |f| {
        !changed_to(f, |token| token.header.get_or_insert_default().public_key[0] ^= 1)
    }),
    (Fault::ComparesObjectsJoined, |f| {
        !changed_to(f, |token| token.object_id = vec![token.object_id.concat()])
    }),
    (Fault::ComparesObjectsSorted, |f| !changed_to(f, |token| token.object_id.reverse())),
    (Fault::AcceptsSignedOfAnyStream, |f| !replayed(f, true) && !replayed(f, false)),
    (Fault::AcceptsSignedOfFinishedSession, |f| !replayed(f, true)),
    (Fault::ReducesS, |f| !signed_as(f, |token| add_order(&mut token.signature))),
    (Fault::AcceptsSmallOrderOwner, |f| !small_order_completes(f)),
    // isolation
    (Fault::KeepsOneHandshakePerOwner, |f| {
        let sessions = sessions(f);
        let streams = [Stream::begun(&sessions), Stream::begun(&sessions)];
        streams.into_iter().all(|stream| {
            let signed = sign(stream.unsigned());
            stream.say(Ask::Signed(signed)).results() == 1
        })
    }),
    (Fault::AcceptsSignedOfOpenStream, |f| !replayed(f, false)),
    (Fault::PoisonsConnection, |f| {
        let sessions = sessions(f);
        let open = Stream::begun(&sessions);
        let elsewhere = Stream::open_on(&sessions, 1).say(Ask::Init(init()));
        Stream::open(&sessions).empty();
        let after = Stream::completed(&sessions);
        let completes = |stream: Stream<'_>| {
            let signed = sign(stream.unsigned());
            stream.say(Ask::Signed(signed)).results() == 1
        };
        assert!(completes(elsewhere), "another connection is spared");
        completes(open) && after.results() == 1
    }),
    (Fault::LeaksCancelledHandshakes, |f| {
        let sessions = sessions(f);
        for _ in 0..100 {
            drop(Stream::open(&sessions));
            drop(Stream::begun(&sessions));
            drop(Stream::completed(&sessions));
        }
        Stream::completed(&sessions).results() == 1
    }),
    // envelope
    (Fault::RefusesMeta, |f| completes_with(f, Some(1), None)),
    (Fault::RefusesVerify, |f| completes_with(f, None, Some(RequestVerificationHeader::default()))),
    (Fault::AcceptsZeroTtl, |f| !completes_with(f, Some(0), None)),
    (Fault::ChecksTtlOfInitOnly, |f| {
        let sessions = sessions(f);
        let stream = Stream::begun(&sessions);
        let signed = Ask::Signed(sign(stream.unsigned()));
        stream.request(around(signed, Some(0), None)).results() == 0
    }),
    (Fault::RefusesUnknownFields, |f| {
        let in_request = [&request(Ask::Init(init())).encode_to_vec()[..], &[0x18, 0x01]].concat();
        let token = [&init().encode_to_vec()[..], &[0x40, 0x01]].concat();
        let mut in_token = vec![0x0a];
        prost::encode_length_delimiter(token.len(), &mut in_token).expect("a vector grows");
        in_token.extend(token);
        let takes = |bytes: &[u8]| Stream::open(&sessions(f)).bytes(bytes).unsigneds() == 1;
        takes(&in_request) && takes(&in_token)
    }),
    // code
    (Fault::OrderIsPermissionDenied, |f| {
        Stream::open(&sessions(f)).empty().refusal() == Some(Code::FailedPrecondition)
    }),
    (Fault::MalformedTokenIsNotFound, |f| {
        Stream::open(&sessions(f)).say(Ask::Init(lifetime(2, 1))).refusal()
            == Some(Code::InvalidArgument)
    }),
    (Fault::BadSignatureIsNotFound, |f| {
        signed(f, |token| token.signature[0] ^= 1).1 == Some(Code::Unauthenticated)
    }),
    (Fault::MismatchIsNotFound, |f| {
        signed(f, |token| token.signature.truncate(1)).1 == Some(Code::Unauthenticated)
            && signed(f, |token| token.id[0] ^= 1).1 == Some(Code::InvalidArgument)
    }),
    (Fault::RefusesWithUnknown, |f| {
        Stream::open(&sessions(f)).empty().refusal() != Some(Code::Unknown)
    }),
    (Fault::RefusesWithInternal, |f| {
        Stream::open(&sessions(f)).empty().refusal() != Some(Code::Internal)
    }),
];

/// Lives in the service, for it needs a clock; `tests/serve.rs` shows it.
const IN_THE_SERVICE: &[Fault] = &[Fault::LosesResultAtHalfClose];

#[test]
fn every_fault_breaks_its_clause_and_no_clause_breaks_without_one() {
    for (fault, holds) in PROBES {
        assert!(holds(&Faults::default()), "{fault}: the clause holds without it");
        assert!(!holds(&Faults::from_iter([*fault])), "{fault} shows");
    }
}

#[test]
fn every_fault_of_the_room_has_a_probe() {
    let of_the_room = |fault: &&Fault| fault.breaks().starts_with("neofs-session/");
    let faults: BTreeSet<_> = Fault::ALL.iter().filter(of_the_room).copied().collect();
    let probed = PROBES.iter().map(|(fault, _)| *fault);
    let probed: BTreeSet<_> = probed.chain(IN_THE_SERVICE.iter().copied()).collect();
    assert_eq!(faults, probed);
}
