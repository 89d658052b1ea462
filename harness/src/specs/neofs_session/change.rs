//! What a client can change in a token: each defect of a check, each edit of a script, once.

use std::fmt;

use rand_chacha::ChaCha12Rng;
use wirecheck_proto::service::{RequestMetaHeader, RequestVerificationHeader};
use wirecheck_proto::session::{CreateRequest, Token};
use wirecheck_proto::wirecheck::v1::Edit;

use super::owner::Owner;
use super::profile::{self, Profile};
use super::token::{self, Draft};
use super::words;

/// One of a token's two signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Token.Signature.
    Signature,
    /// Token.Header.KeySignature.
    KeySignature,
}

impl Which {
    /// Both.
    pub const BOTH: [Which; 2] = [Which::Signature, Which::KeySignature];

    fn of(self, token: &mut Token) -> &mut Vec<u8> {
        match self {
            Which::Signature => &mut token.signature,
            Which::KeySignature => &mut token.header.get_or_insert_default().key_signature,
        }
    }
}

/// One change of a token. In Signed, what is not about signatures is made before the owner signs,
/// so that the token is validly signed for what it then says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another UUID of version 4; in Init, an ID at all.
    OtherId,
    /// Another owner, who also signs.
    OtherOwner,
    /// FirstEpoch one off, and the lifetime still ordered unless both epochs were 0.
    OtherFirstEpoch,
    /// LastEpoch one off.
    OtherLastEpoch,
    /// One bit of the last ObjectID.
    OtherObject,
    /// One more ObjectID at the end.
    ObjectAdded,
    /// The first ObjectID once more at the end.
    ObjectRepeated,
    /// The last ObjectID left out.
    ObjectDropped,
    /// Another session key; in Init, one at all.
    OtherSessionKey,
    /// No session key.
    NoSessionKey,
    /// The ObjectIDs from the last to the first.
    ObjectsReordered,
    /// One ObjectID that joins them all.
    ObjectsJoined,
    /// The first ObjectID one byte shorter, the second one longer: the joined bytes stay.
    ObjectsCutElsewhere,
    /// One more ObjectID, of no bytes: the joined bytes stay.
    EmptyObjectAdded,
    /// FirstEpoch and LastEpoch change places.
    EpochsSwapped,
    /// These epochs.
    Epochs(u64, u64),
    /// No OwnerID.
    NoOwner,
    /// OwnerID cut, or filled up with zeros, to so many bytes.
    OwnerOfLength(usize),
    /// The OwnerID of 32 or 33 bytes that are no point of the curve; a Verify that names a key names
    /// these.
    OwnerOffCurve,
    /// An OwnerID of another version of addresses, with a checksum that fits.
    OwnerOfOtherVersion,
    /// An OwnerID whose checksum does not fit.
    OwnerMisspelt,
    /// The OwnerID of another owner, where Verify names the client's key.
    OwnerOfAnother,
    /// So many ObjectIDs.
    Objects(usize),
    /// Meta with this TTL.
    Ttl(u32),
    /// A Verify without Signatures.
    EmptyVerify,
    /// An empty signature.
    Empty(Which),
    /// One bit of a signature, counted from the first byte's lowest.
    Flipped(Which, usize),
    /// A signature cut, or filled up with zeros, to so many bytes.
    Length(Which, usize),
    /// A signature by another key.
    OtherKey(Which),
    /// Both signatures by another key; a Verify that names a key names that one.
    OtherSigner,
    /// The signature's S with the order of the group added.
    NonCanonical(Which),
    /// Signature and KeySignature change places.
    SignaturesExchanged,
}

impl Change {
    /// What an edit of a script stands for.
    pub fn of(edit: Edit) -> Option<Change> {
        Some(match edit {
            Edit::None => return None,
            Edit::OtherId => Change::OtherId,
            Edit::OtherOwner => Change::OtherOwner,
            Edit::OtherFirstEpoch => Change::OtherFirstEpoch,
            Edit::OtherLastEpoch => Change::OtherLastEpoch,
            Edit::OtherObject => Change::OtherObject,
            Edit::OtherSessionKey => Change::OtherSessionKey,
            Edit::ObjectsReordered => Change::ObjectsReordered,
            Edit::ObjectsRegrouped => Change::ObjectsJoined,
            Edit::EpochsSwapped => Change::EpochsSwapped,
            Edit::NoOwner => Change::NoOwner,
            Edit::SignatureEmpty => Change::Empty(Which::Signature),
            Edit::SignatureFlipped => Change::Flipped(Which::Signature, 0),
            Edit::SignatureShort => Change::Length(Which::Signature, 63),
            Edit::SignatureOtherKey => Change::OtherKey(Which::Signature),
            Edit::KeySignatureEmpty => Change::Empty(Which::KeySignature),
            Edit::KeySignatureFlipped => Change::Flipped(Which::KeySignature, 0),
            Edit::KeySignatureShort => Change::Length(Which::KeySignature, 63),
            Edit::KeySignatureOtherKey => Change::OtherKey(Which::KeySignature),
            Edit::NoObjects => Change::Objects(0),
        })
    }

    /// Why nothing is wrong with it under this profile, or it cannot be made, where that is so.
    pub fn unfit(self, profile: Profile) -> Option<&'static str> {
        match (self, profile) {
            (Change::NonCanonical(_), Profile::P256) => Some(
                "the clause speaks of the profile ed25519 alone: under p256 any S is canonical",
            ),
            (Change::EmptyVerify, Profile::P256) => Some(
                "under the profile p256 Verify carries the owner's key, so none is without Signatures",
            ),
            (
                Change::OwnerOfOtherVersion | Change::OwnerMisspelt | Change::OwnerOfAnother,
                Profile::Ed25519,
            ) => Some("under the profile ed25519 OwnerID is no address"),
            _ => None,
        }
    }

    /// Whether it is about what stands beside the token in a request.
    pub fn is_of_the_envelope(self) -> bool {
        matches!(self, Change::Ttl(_) | Change::EmptyVerify)
    }

    /// Whether it is made behind the signing, and so never leaves a right token as it was.
    pub fn is_of_a_signature(self) -> bool {
        use Change::{Empty, Flipped, Length, NonCanonical, OtherKey, SignaturesExchanged};
        matches!(
            self,
            Empty(_)
                | Flipped(..)
                | Length(..)
                | OtherKey(_)
                | NonCanonical(_)
                | SignaturesExchanged
        )
    }

    fn make(self, draft: &mut Draft, rng: &mut ChaCha12Rng) {
        let token = &mut draft.token;
        match self {
            Change::OtherId => token.id = token::uuid4(rng),
            Change::OtherOwner => {
                draft.owner = draft.owner.another(rng);
                token.owner_id = draft.owner.id();
            }
            Change::OtherSigner => draft.owner = draft.owner.another(rng),
            Change::OtherSessionKey => {
                let key = draft.owner.another(rng).public_key();
                token.header.get_or_insert_default().public_key = key;
            }
            Change::NoSessionKey => token.header.get_or_insert_default().public_key.clear(),
            Change::NoOwner => token.owner_id.clear(),
            Change::OwnerOfLength(length) => token.owner_id.resize(length, 0),
            Change::OwnerOffCurve => {
                draft.owner = draft.owner.off_curve(rng);
                token.owner_id = draft.owner.id();
            }
            Change::OwnerOfOtherVersion => {
                token.owner_id = profile::with_other_version(&token.owner_id);
            }
            Change::OwnerMisspelt => {
                if let Some(last) = token.owner_id.last_mut() {
                    *last ^= 1;
                }
            }
            Change::OwnerOfAnother => token.owner_id = draft.owner.another(rng).id(),
            Change::Ttl(ttl) => {
                draft.meta = Some(RequestMetaHeader { ttl, ..RequestMetaHeader::default() });
            }
            Change::EmptyVerify => draft.verify = Some(RequestVerificationHeader::default()),
            Change::OtherFirstEpoch
            | Change::OtherLastEpoch
            | Change::EpochsSwapped
            | Change::Epochs(..) => self.make_epochs(token),
            Change::OtherObject
            | Change::ObjectAdded
            | Change::ObjectRepeated
            | Change::ObjectDropped
            | Change::ObjectsReordered
            | Change::ObjectsJoined
            | Change::ObjectsCutElsewhere
            | Change::EmptyObjectAdded
            | Change::Objects(_) => self.make_objects(&mut token.object_id, rng),
            Change::Empty(_)
            | Change::Flipped(..)
            | Change::Length(..)
            | Change::OtherKey(_)
            | Change::NonCanonical(_)
            | Change::SignaturesExchanged => self.make_signatures(token, &draft.owner, rng),
        }
    }

    fn make_epochs(self, token: &mut Token) {
        let (first, last) = (token.first_epoch, token.last_epoch);
        (token.first_epoch, token.last_epoch) = match self {
            Change::OtherFirstEpoch if first < last => (first + 1, last),
            Change::OtherFirstEpoch => (first.checked_sub(1).unwrap_or(1), last),
            Change::OtherLastEpoch => (first, last.checked_add(1).unwrap_or(u64::MAX - 1)),
            Change::EpochsSwapped => (last, first),
            Change::Epochs(first, last) => (first, last),
            _ => (first, last),
        };
    }

    fn make_objects(self, objects: &mut Vec<Vec<u8>>, rng: &mut ChaCha12Rng) {
        match self {
            Change::OtherObject => match objects.last_mut().and_then(|object| object.last_mut()) {
                Some(byte) => *byte ^= 1,
                None => objects.push(token::object(rng)),
            },
            Change::ObjectAdded => objects.push(token::object(rng)),
            Change::ObjectRepeated => objects.extend(objects.first().cloned()),
            Change::ObjectDropped => drop(objects.pop()),
            Change::ObjectsReordered => objects.reverse(),
            Change::ObjectsJoined => *objects = vec![objects.concat()],
            Change::ObjectsCutElsewhere => {
                if let [first, second, ..] = &mut objects[..]
                    && let Some(byte) = first.pop()
                {
                    second.insert(0, byte);
                }
            }
            Change::EmptyObjectAdded => objects.push(Vec::new()),
            Change::Objects(count) => *objects = (0..count).map(|_| token::object(rng)).collect(),
            _ => {}
        }
    }

    fn make_signatures(self, token: &mut Token, owner: &Owner, rng: &mut ChaCha12Rng) {
        match self {
            Change::Empty(which) => which.of(token).clear(),
            Change::Flipped(which, bit) => {
                if let Some(byte) = which.of(token).get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            Change::Length(which, length) => which.of(token).resize(length, 0),
            Change::OtherKey(which) => {
                let mut forged = token.clone();
                owner.another(rng).sign(&mut forged);
                *which.of(token) = std::mem::take(which.of(&mut forged));
            }
            Change::NonCanonical(which) => Profile::malleate(which.of(token)),
            Change::SignaturesExchanged => {
                let header = token.header.get_or_insert_default();
                std::mem::swap(&mut token.signature, &mut header.key_signature);
            }
            _ => {}
        }
    }
}

/// The Init of this token and owner, changed.
pub fn init(
    token: Token,
    owner: &Owner,
    changes: &[Change],
    rng: &mut ChaCha12Rng,
) -> CreateRequest {
    let mut draft = Draft::new(token, owner);
    changes.iter().for_each(|change| change.make(&mut draft, rng));
    draft.init()
}

/// The Signed that answers this Unsigned, changed; without changes, the right one.
pub fn signed(
    unsigned: Token,
    owner: &Owner,
    changes: &[Change],
    rng: &mut ChaCha12Rng,
) -> CreateRequest {
    let mut draft = Draft::new(unsigned, owner);
    let (after, before): (Vec<Change>, _) =
        changes.iter().partition(|change| change.is_of_a_signature());
    before.into_iter().for_each(|change: Change| change.make(&mut draft, rng));
    draft.sign();
    after.into_iter().for_each(|change| change.make(&mut draft, rng));
    draft.signed()
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Which::Signature => "Signature",
            Which::KeySignature => "KeySignature",
        })
    }
}

impl fmt::Display for Change {
    /// As it follows on "Init with" or "Signed with".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::OtherId => f.write_str("an ID of the client's own"),
            Change::OtherOwner => f.write_str("another OwnerID, signed by that owner"),
            Change::OtherFirstEpoch => f.write_str("another FirstEpoch, validly signed"),
            Change::OtherLastEpoch => f.write_str("another LastEpoch, validly signed"),
            Change::OtherObject => f.write_str("another ObjectID, validly signed"),
            Change::ObjectAdded => f.write_str("one more ObjectID, validly signed"),
            Change::ObjectRepeated => f.write_str("the first ObjectID once more at the end"),
            Change::ObjectDropped => f.write_str("one ObjectID left out, validly signed"),
            Change::OtherSessionKey => f.write_str("a Header.PublicKey of the client's own"),
            Change::NoSessionKey => f.write_str("an empty Header.PublicKey"),
            Change::ObjectsReordered => f.write_str("the ObjectIDs in another order"),
            Change::ObjectsJoined => f.write_str("all ObjectIDs joined into one"),
            Change::ObjectsCutElsewhere => {
                f.write_str("a byte of the first ObjectID moved to the second")
            }
            Change::EmptyObjectAdded => f.write_str("one more ObjectID, of no bytes"),
            Change::EpochsSwapped => f.write_str("FirstEpoch greater than LastEpoch"),
            Change::Epochs(first, last) => write!(f, "the {}", words::epochs(*first, *last)),
            Change::NoOwner => f.write_str("an empty OwnerID"),
            Change::OwnerOfLength(length) => write!(f, "an OwnerID of {}", words::length(*length)),
            Change::OwnerOffCurve => f.write_str("an OwnerID that is no point of the curve"),
            Change::OwnerOfOtherVersion => f.write_str("an OwnerID of another version"),
            Change::OwnerMisspelt => f.write_str("an OwnerID whose checksum does not fit"),
            Change::OwnerOfAnother => f.write_str("an OwnerID that is not of the key in Verify"),
            Change::Objects(0) => f.write_str("no ObjectID"),
            Change::Objects(count) => write!(f, "{count} ObjectIDs"),
            Change::Ttl(ttl) => write!(f, "Meta.TTL {ttl}"),
            Change::EmptyVerify => f.write_str("a Verify without Signatures"),
            Change::Empty(which) => write!(f, "an empty {which}"),
            Change::Flipped(which, bit) => {
                write!(f, "bit {} of byte {} of {which} flipped", bit % 8, bit / 8)
            }
            Change::Length(which, length) => write!(f, "a {which} of {}", words::length(*length)),
            Change::OtherKey(which) => write!(f, "a {which} by a key other than the owner's"),
            Change::OtherSigner => f.write_str("both signatures by a key other than the owner's"),
            Change::NonCanonical(which) => write!(f, "a {which} whose S is not canonical"),
            Change::SignaturesExchanged => f.write_str("Signature and KeySignature exchanged"),
        }
    }
}
