//! The one piece of arithmetic that a signature library refuses to do: S above the group's order.

/// The order L of Ed25519's base point, 2^252 + 27742317777372353535851937790883648493, little-endian
/// (RFC 8032, 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Whether S, little-endian, is below the order, as RFC 8032, 5.1.7 demands.
pub(super) fn is_canonical(s: &[u8; 32]) -> bool {
    s.iter().rev().lt(ORDER.iter().rev())
}

/// S + L: the same number modulo the order, so that a verifier that does not look finds nothing wrong.
/// A canonical S leaves room for it in 32 bytes.
pub(super) fn not_canonical(s: &[u8; 32]) -> [u8; 32] {
    let mut sum = [0; 32];
    let mut carry = 0;
    for ((sum, s), l) in sum.iter_mut().zip(s).zip(ORDER) {
        let digit = u16::from(*s) + u16::from(l) + carry;
        *sum = digit.to_le_bytes()[0];
        carry = digit >> 8;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_what_the_rfc_says() {
        // 27742317777372353535851937790883648493 = L - 2^252.
        let low: u128 = 27_742_317_777_372_353_535_851_937_790_883_648_493;
        assert_eq!(ORDER[..16], low.to_le_bytes());
    }

    #[test]
    fn s_plus_the_order_carries_and_is_not_canonical() {
        let mut minus_one = ORDER;
        minus_one[0] -= 1;
        assert!(is_canonical(&minus_one) && is_canonical(&[0; 32]));
        assert!(!is_canonical(&ORDER) && !is_canonical(&[0xff; 32]));
        assert_eq!(not_canonical(&[0; 32]), ORDER);
        let doubled = not_canonical(&minus_one);
        assert!(!is_canonical(&doubled));
        // 2L - 1, digit by digit.
        let mut carry = 0;
        let twice: Vec<u8> = ORDER
            .iter()
            .map(|digit| {
                let sum = 2 * u16::from(*digit) + carry;
                carry = sum >> 8;
                sum.to_le_bytes()[0]
            })
            .collect();
        assert_eq!(doubled[1..], twice[1..]);
        assert_eq!(doubled[0], twice[0] - 1);
    }
}
