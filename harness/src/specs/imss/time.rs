//! Points in time, in range or not, and how RFC 3339 writes them.

use std::borrow::Cow;
use std::fmt;

use super::record::on_its_own;

/// A point in time, possibly none that the protocol allows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Time<'a> {
    /// Seconds since 1970 and nanoseconds, in range or not.
    At(i64, i32),
    /// Text that RFC 3339 does not know.
    Unreadable(Cow<'a, str>),
}

impl<'a> Time<'a> {
    /// Seconds of the years 1 to 9999 (google.protobuf.Timestamp).
    const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

    /// Whether a Timestamp may hold it.
    pub fn is_valid(&self) -> bool {
        match self {
            Time::At(seconds, nanos) => {
                Time::SECONDS.contains(seconds) && (0..=999_999_999).contains(nanos)
            }
            Time::Unreadable(_) => false,
        }
    }

    /// Whether it lies before `other`, where both can be told.
    pub fn is_before(&self, other: &Time<'_>) -> bool {
        match (self, other) {
            (Time::At(seconds, nanos), Time::At(others, other_nanos)) => {
                (seconds, nanos) < (others, other_nanos)
            }
            _ => false,
        }
    }

    /// Bytes of text that it has.
    pub(super) fn text(&self) -> usize {
        match self {
            Time::At(..) => 0,
            Time::Unreadable(text) => text.len(),
        }
    }

    /// The same, on its own.
    pub fn to_static(&self) -> Time<'static> {
        match self {
            Time::At(seconds, nanos) => Time::At(*seconds, *nanos),
            Time::Unreadable(text) => Time::Unreadable(on_its_own(text)),
        }
    }

    /// A time as RFC 3339 writes it: date, `T`, time, up to nine decimals, `Z` or an offset.
    pub fn from_rfc3339(text: Cow<'a, str>) -> Time<'a> {
        at(&text).map_or(Time::Unreadable(text), |(seconds, nanos)| Time::At(seconds, nanos))
    }
}

impl fmt::Display for Time<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Time::At(seconds, nanos) => write!(f, "{seconds} s and {nanos} ns since 1970"),
            Time::Unreadable(text) => write!(f, "{text:?}"),
        }
    }
}

/// Seconds since 1970 and nanoseconds of a time that RFC 3339 knows.
fn at(text: &str) -> Option<(i64, i32)> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let (nanos, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .filter(|digits| (1..=9).contains(digits))?;
            let scale = 10_i64.pow(u32::try_from(9 - digits).ok()?);
            (rest[..digits].parse::<i64>().ok()? * scale, &rest[digits..])
        }
        None => (0, rest),
    };
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let sign = if zone.starts_with('+') { 60 } else { -60 };
            let [hours, minutes] = numbers(zone.strip_prefix(['+', '-'])?, ':', [2, 2])?;
            (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))?
        }
    };
    let in_range = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !in_range || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds =
        days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some((seconds, i32::try_from(nanos).ok()?))
}

/// So many numbers of so many digits each, with `between` between them and nothing else.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar; years are counted from March, so that a leap day is last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_rfc_3339_has_them() {
        assert_eq!(at("1970-01-01T00:00:00Z"), Some((0, 0)));
        assert_eq!(at("1972-03-01T00:00:00.5Z"), Some((68_256_000, 500_000_000)));
        assert_eq!(at("2000-02-29T23:59:59+01:00"), Some((951_865_199, 0)));
        assert_eq!(at("0001-01-01T00:00:00Z"), Some((-62_135_596_800, 0)));
        assert_eq!(at("9999-12-31T23:59:59.999999999Z"), Some((253_402_300_799, 999_999_999)));
        let wrong = [
            "",
            "2001-02-29T00:00:00Z",
            "2001-01-01 00:00:00Z",
            "2001-01-01T00:00:00",
            "2001-01-01T24:00:00Z",
            "10000-01-01T00:00:00Z",
            "2001-01-01T00:00:00.Z",
            "2001-01-01T00:00:00.0000000001Z",
            "2001-1-1T00:00:00Z",
            "é001-01-01T",
        ];
        assert!(wrong.iter().all(|text| at(text).is_none()));
    }
}
