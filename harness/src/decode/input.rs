//! Bytes as people paste them: hexadecimal digits and base64.

/// Why a text is no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// A character that does not belong there.
    #[error("{found:?} at character {at} is no {digits}")]
    Stray {
        /// The character.
        found: char,
        /// Counted from 1.
        at: usize,
        /// What was expected: "hex digit" or "base64 digit".
        digits: &'static str,
    },
    /// Half a byte is left over.
    #[error("an odd number of hex digits ends at character {at}: one is missing or too many")]
    HalfByte {
        /// Counted from 1.
        at: usize,
    },
    /// The last group of base64 digits has a length that no bytes give, or bits left over.
    #[error("the base64 text ends in the middle of a byte; is it cut?")]
    Base64Cut,
}

/// Reads hexadecimal digits, in both cases. Between bytes there may be white space, commas and
/// colons, before them `0x`.
///
/// # Errors
/// A character that is none of these, or an odd number of digits between separators.
pub fn parse_hex(text: &str) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut half = None;
    let mut characters = text.chars().zip(1..).peekable();
    while let Some((found, at)) = characters.next() {
        let separates = found.is_whitespace() || matches!(found, ',' | ':');
        match (found.to_digit(16), half) {
            (_, Some(_)) if separates => return Err(InputError::HalfByte { at: at - 1 }),
            _ if separates => {}
            (Some(0), None) if characters.next_if(|(x, _)| matches!(x, 'x' | 'X')).is_some() => {}
            (Some(digit), None) => half = Some((digit as u8) << 4),
            (Some(digit), Some(high)) => {
                bytes.push(high | digit as u8);
                half = None;
            }
            (None, _) => {
                return Err(InputError::Stray { found, at, digits: "hex digit" });
            }
        }
    }
    match half {
        None => Ok(bytes),
        Some(_) => Err(InputError::HalfByte { at: text.chars().count() }),
    }
}

/// Reads base64, of the standard alphabet or the one for URLs, with padding or without; white
/// space is passed over.
///
/// # Errors
/// A character that is none of these, or a text that ends in the middle of a byte.
pub fn parse_base64(text: &str) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    let (mut digits, mut padding) = (0usize, 0);
    for (found, at) in text.chars().zip(1..) {
        if found.is_whitespace() {
            continue;
        }
        let stray = InputError::Stray { found, at, digits: "base64 digit" };
        if found == '=' {
            padding += 1;
            // Padding fills up a group of four, and is never longer than two.
            if padding > 2 || digits % 4 < 2 || digits % 4 + padding > 4 {
                return Err(stray);
            }
            continue;
        }
        let digit = match found {
            'A'..='Z' => found as u32 - 'A' as u32,
            'a'..='z' => found as u32 - 'a' as u32 + 26,
            '0'..='9' => found as u32 - '0' as u32 + 52,
            '+' | '-' => 62,
            '/' | '_' => 63,
            _ => return Err(stray),
        };
        if padding > 0 {
            return Err(stray);
        }
        digits += 1;
        bits = bits << 6 | digit;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    let padded_short = padding > 0 && !(digits + padding).is_multiple_of(4);
    if digits % 4 == 1 || bits != 0 || padded_short {
        return Err(InputError::Base64Cut);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{InputError, parse_base64, parse_hex};

    #[test]
    fn hex_as_tools_print_it() {
        let bytes = vec![0x0a, 0x1B, 0x00, 0xff];
        for text in
            ["0a1B00ff", "0x0a1b00ff", "0x0a 0X1b,0x00,\n0xff\r\n", " 0a:1b:00:ff ", "0a1b\n00ff\n"]
        {
            assert_eq!(parse_hex(text), Ok(bytes.clone()), "{text}");
        }
        assert_eq!(parse_hex(""), Ok(vec![]));
        assert_eq!(parse_hex("0x"), Ok(vec![]));
    }

    #[test]
    fn hex_that_is_none() {
        assert_eq!(parse_hex("0a1"), Err(InputError::HalfByte { at: 3 }));
        assert_eq!(parse_hex("0a 1 b0"), Err(InputError::HalfByte { at: 4 }));
        let error = parse_hex("0a\u{1b}").expect_err("an escape character");
        assert_eq!(error.to_string(), r"'\u{1b}' at character 3 is no hex digit");
        assert!(parse_hex("a0x1").is_err(), "0x inside a byte");
    }

    #[test]
    fn base64_of_both_alphabets_padded_or_not() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zg", b"f"),
            ("Zm8=", b"fo"),
            ("Zm8", b"fo"),
            ("Zm9v\nYmFy\n", b"foobar"),
            ("-_8=", &[0xfb, 0xff]),
            ("+/8", &[0xfb, 0xff]),
        ] {
            assert_eq!(parse_base64(text), Ok(bytes.to_vec()), "{text}");
        }
    }

    #[test]
    fn base64_that_is_none() {
        for cut in ["Z", "Zm9vY", "Zh", "Zm9", "Zg="] {
            assert_eq!(parse_base64(cut), Err(InputError::Base64Cut), "{cut}");
        }
        for stray in ["=", "Z===", "Zm9v=", "Zg==Zg==", "Zm8==", "Zm9v%"] {
            let error = parse_base64(stray);
            assert!(matches!(error, Err(InputError::Stray { .. })), "{stray}");
        }
    }
}
