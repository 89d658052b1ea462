//! The deadline of a call: read strictly from grpc-timeout, kept until the call has ended.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, Sleep};

use super::offence::Offence;

/// The most digits that a grpc-timeout may have.
const DIGITS: usize = 8;

/// What grpc-timeout allows the call, if it is there.
pub(in crate::serve) fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, Offence> {
    let mut values = headers.get_all("grpc-timeout").iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => parse(value).map(Some).ok_or(Offence::MalformedTimeout),
        (Some(_), Some(_)) => Err(Offence::MalformedTimeout),
    }
}

/// Eight digits of hours are 11,000 years, far from where a Duration ends.
fn parse(value: &HeaderValue) -> Option<Duration> {
    let (unit, digits) = value.as_bytes().split_last()?;
    if digits.is_empty() || digits.len() > DIGITS {
        return None;
    }
    let mut number = 0;
    for digit in digits {
        number = number * 10 + u64::from(char::from(*digit).to_digit(10)?);
    }
    match unit {
        b'H' => Some(Duration::from_secs(number * 3600)),
        b'M' => Some(Duration::from_secs(number * 60)),
        b'S' => Some(Duration::from_secs(number)),
        b'm' => Some(Duration::from_millis(number)),
        b'u' => Some(Duration::from_micros(number)),
        b'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// When a call is over, or never.
#[derive(Debug)]
pub(super) struct Deadline(Option<(Instant, Pin<Box<Sleep>>)>);

impl Deadline {
    /// Counts from now.
    pub(super) fn after(timeout: Option<Duration>) -> Deadline {
        // What the clock cannot tell is as good as never.
        let at = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Deadline(at.map(|at| (at, Box::pin(tokio::time::sleep_until(at)))))
    }

    /// Ready when it has passed; until then wakes the task when it does.
    pub(super) fn poll_passed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            // The timer lags behind the clock. tonic keeps a deadline of its own around this layer,
            // and answers with CANCELLED: ours has to be the first to know.
            Some((at, _)) if Instant::now() >= *at => Poll::Ready(()),
            Some((_, sleep)) => sleep.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &'static str) -> Result<Option<Duration>, Offence> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", HeaderValue::from_static(value));
        timeout(&headers)
    }

    #[test]
    fn every_unit_is_read_up_to_its_largest_value() {
        for (value, is) in [
            ("0S", Duration::ZERO),
            ("1S", Duration::from_secs(1)),
            ("1000m", Duration::from_secs(1)),
            ("1000000u", Duration::from_secs(1)),
            ("99999999n", Duration::from_nanos(99_999_999)),
            ("2M", Duration::from_secs(120)),
            ("00000003H", Duration::from_secs(3 * 3600)),
            ("99999999H", Duration::from_secs(99_999_999 * 3600)),
        ] {
            assert_eq!(of(value), Ok(Some(is)), "{value}");
        }
        assert_eq!(timeout(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn nothing_else_is_a_timeout() {
        for value in [
            "",
            "S",
            "1",
            "123456789S",
            "1s",
            "1h",
            "-1S",
            "+1S",
            "1.5S",
            "0x1S",
            " 1S",
            "1S ",
            "1 S",
            "1SS",
        ] {
            assert_eq!(of(value), Err(Offence::MalformedTimeout), "{value:?}");
        }
        let mut headers = HeaderMap::new();
        for value in ["1S", "2S"] {
            headers.append("grpc-timeout", HeaderValue::from_static(value));
        }
        assert_eq!(timeout(&headers), Err(Offence::MalformedTimeout));
    }
}
