//! How a grpc-timeout is misread.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Astray;
use crate::faults::Fault;
use crate::serve::strict::{Offence, timeout};

/// How late an expired call ends.
const LATE: Duration = Duration::from_secs(2);
/// What a call gets that asked for nothing.
const ASSUMED: Duration = Duration::from_secs(1);
/// The faults by which a call goes on behind its timeout.
const LONGER: [Fault; 3] = [Fault::IgnoresTimeout, Fault::ExpiresLate, Fault::TakesNanosForMicros];

impl Astray {
    /// The timeout of a call, as far as the faults let it stand.
    pub(in crate::serve) fn timeout(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<Duration>, Offence> {
        let right = timeout(headers);
        if self.faults.is_empty() {
            return right;
        }
        let text = headers.get("grpc-timeout").map(|value| value.as_bytes());
        match (right, text.unwrap_or_default()) {
            (Err(_), _) if self.has(Fault::IgnoresMalformedTimeout) => Ok(None),
            (Err(_), [digits @ .., b'0'..=b'9', unit]) if self.has(Fault::TakesNineDigits) => {
                let shorter = HeaderValue::from_bytes(&[digits, &[*unit]].concat())
                    .map_err(|_| Offence::MalformedTimeout)?;
                let name = HeaderName::from_static("grpc-timeout");
                timeout(&HeaderMap::from_iter([(name, shorter)]))
            }
            (Ok(Some(time)), [.., unit]) => Ok(self.misread(time, *unit)),
            (Ok(None), _) => Ok(self.has(Fault::AssumesTimeout).then_some(ASSUMED)),
            (right, _) => right,
        }
    }

    fn misread(&self, time: Duration, unit: u8) -> Option<Duration> {
        if self.has(Fault::IgnoresTimeout) {
            return None;
        }
        if self.has(Fault::EndsTimeoutEarly) {
            return Some(time / 2);
        }
        if self.has(Fault::ExpiresLate) {
            return Some(time + LATE);
        }
        if unit == b'M' && self.has(Fault::TakesMinutesForSeconds) {
            return Some(time / 60);
        }
        if unit == b'n' && self.has(Fault::TakesNanosForMicros) {
            return Some(time * 1000);
        }
        if self.has(Fault::OverflowsLongTimeouts) && i32::try_from(time.as_millis()).is_err() {
            return Some(Duration::ZERO);
        }
        Some(time)
    }

    /// Whether a call may go on behind its timeout. tonic ends it then with CANCELLED, unless the
    /// headers of its answer are out.
    pub(super) fn outlives_its_timeout(&self, headers: &HeaderMap) -> bool {
        headers.contains_key("grpc-timeout") && LONGER.iter().any(|fault| self.has(*fault))
    }
}
