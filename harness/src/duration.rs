//! Durations as flags and configuration have them: a number and its unit.

use std::time::Duration;

/// The longest that is taken.
const A_DAY: Duration = Duration::from_secs(86_400);

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// It has another form.
    #[error("{0:?} is no duration: write a number and ms, s or m")]
    Form(String),
    /// It is nothing, or more than a day.
    #[error("more than nothing, at most a day")]
    Range,
}

/// Reads a number and `ms`, `s` or `m`: more than nothing, at most a day.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(wirecheck::duration::parse("1.5s"), Ok(Duration::from_millis(1500)));
/// assert!(wirecheck::duration::parse("5").is_err());
/// ```
///
/// # Errors
/// When the text is something else.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let form = || DurationError::Form(text.to_owned());
    let split = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(form)?;
    let number: f64 = text[..split].parse().map_err(|_| form())?;
    let unit = match &text[split..] {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(form()),
    };
    let duration = Duration::try_from_secs_f64(number * unit).map_err(|_| form())?;
    if duration.is_zero() || duration > A_DAY { Err(DurationError::Range) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_unit() {
        assert_eq!(parse("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(parse("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("20ms"), Ok(Duration::from_millis(20)));
        for wrong in ["", "5", "s", "-1s", "0s", "5h", "1e300s", "NaNs", "infs", "25000000s"] {
            assert!(parse(wrong).is_err(), "{wrong:?} was taken");
        }
    }
}
