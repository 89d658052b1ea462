//! What the base64 of binary metadata looks like.

/// One value of binary metadata.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base64<'a>(&'a [u8]);

impl Base64<'_> {
    /// The values of a header, which commas may join.
    pub(super) fn values(header: &[u8]) -> impl Iterator<Item = Base64<'_>> {
        let values = header.split(|byte| *byte == b',');
        values.map(|value| Base64(value.trim_ascii()))
    }

    fn padding(self) -> usize {
        self.0.iter().rev().take_while(|byte| **byte == b'=').count()
    }

    pub(super) fn is_padded(self) -> bool {
        self.padding() > 0
    }

    /// Whether padding is due and missing.
    pub(super) fn lacks_padding(self) -> bool {
        !self.0.len().is_multiple_of(4)
    }

    pub(super) fn is_valid(self) -> bool {
        let (text, padding) = self.0.split_at(self.0.len() - self.padding());
        let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let whole = padding.is_empty() || self.0.len().is_multiple_of(4) && padding.len() <= 2;
        text.iter().all(alphabet) && text.len() % 4 != 1 && whole
    }
}
