//! `google.rpc.Status`, as `grpc-status-details-bin` carries it.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::wire::{Payload, Reader};

/// The two fields that gRPC's own status has to agree with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Details {
    /// `code`, field 1.
    pub(super) code: i32,
    /// `message`, field 2.
    pub(super) message: String,
}

/// Reads the value of the header: base64, with or without padding, of the message.
pub(super) fn read(value: &[u8]) -> Option<Details> {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&STANDARD, lenient).decode(value).ok()?;
    let mut details = Details::default();
    for record in Reader::new(&bytes) {
        let record = record.ok()?;
        match (record.number, record.payload) {
            // int32 takes the low 32 bits.
            (1, Payload::Varint(code)) => details.code = code as i32,
            (2, Payload::Len(text)) => details.message = String::from_utf8(text.to_vec()).ok()?,
            _ => {}
        }
    }
    Some(details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_code_and_message() {
        // 08 05: code 5; 12 02 'n' 'o': message "no".
        let details = Details { code: 5, message: "no".to_owned() };
        assert_eq!(read(b"CAUSAm5v"), Some(details));
        assert_eq!(read(b"CAU="), Some(Details { code: 5, message: String::new() }));
        assert_eq!(read(b"CAU"), Some(Details { code: 5, message: String::new() }));
        assert_eq!(read(b"!"), None);
        assert_eq!(read(b"CA"), None, "a varint without its value");
    }
}
