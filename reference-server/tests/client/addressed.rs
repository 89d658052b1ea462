//! A client under the profile `p256`, whose owner is an address.

use p256::ecdsa::signature::DigestSigner as _;
use p256::ecdsa::{Signature as Ecdsa, SigningKey};
use sha2::{Digest as _, Sha512};
use wirecheck_proto::service::RequestVerificationHeader;
use wirecheck_proto::service::request_verification_header::{Sign, Signature};
use wirecheck_proto::session::create_request::Message as Ask;
use wirecheck_proto::session::{CreateRequest, Token};
use wirecheck_reference::Faults;
use wirecheck_reference::neofs_session::{Keys, Limits, Sessions, Verifier, payload};

use super::{Stream, init};

/// The address of the key whose bytes are all 7, made with Python's hashlib.
const OWNER: [u8; 25] = [
    0x17, 0x7d, 0xc6, 0x42, 0x01, 0xd2, 0xb5, 0xed, 0x37, 0xf0, 0x69, 0x9a, 0x07, 0x63, 0x3b, 0x09,
    0x3e, 0x9e, 0xc4, 0xe7, 0xe2, 0x32, 0x1d, 0x33, 0xed,
];

fn key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 32]).expect("a scalar of the group")
}

fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature: Ecdsa = key.sign_digest(|digest: &mut Sha512| digest.update(message));
    [&[0x04][..], &signature.to_bytes()].concat()
}

/// A request whose Verify names this key.
fn request(key: &SigningKey, message: Ask) -> CreateRequest {
    let peer = key.verifying_key().to_sec1_point(true).as_bytes().to_vec();
    let sign = Some(Sign { peer, ..Sign::default() });
    let signatures = vec![Signature { sign, origin: None }];
    let verify = Some(RequestVerificationHeader { signatures });
    CreateRequest { message: Some(message), verify, meta: None }
}

/// Whether the owner's token gets its Result, signed and vouched for by this key.
fn completes_by(signer: &SigningKey, faults: &Faults) -> bool {
    let sessions = Sessions::new(Keys::os(), Verifier::P256, Limits::default(), faults.clone());
    let asked = Token { owner_id: OWNER.to_vec(), ..init() };
    let stream = Stream::open(&sessions).request(request(&key(7), Ask::Init(asked)));
    let mut token = stream.unsigned();
    token.signature = sign(signer, &payload(&token));
    let header = token.header.get_or_insert_default();
    header.key_signature = sign(signer, &header.public_key);
    stream.request(request(signer, Ask::Signed(token))).results() == 1
}

/// Whether somebody else's signatures do, where Verify names that key. The owner's own do always.
pub(crate) fn completes_for_another(faults: &Faults) -> bool {
    assert!(completes_by(&key(7), faults), "the owner's signatures are taken");
    completes_by(&key(8), faults)
}
