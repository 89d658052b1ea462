//! The clauses of the session handshake.

use crate::specs::clauses;

clauses! {
    "neofs-session", "session protocol documentation";

    // order: the document writes SHOULD BE for the four steps; no other order works, so each is a Must.
    INIT_ANSWERED_BY_UNSIGNED: Must "order/init-answered-by-unsigned",
        "After Init the server sends exactly one message, and it is Unsigned.",
        "Session.Create, first server message";
    SIGNED_ANSWERED_BY_RESULT: Must "order/signed-answered-by-result",
        "After a valid Signed the server sends exactly one message, and it is Result; also where the client half-closes right behind Signed.",
        "Session.Create, second server message";
    ENDS_OK_AFTER_RESULT: Must "order/ends-ok-after-result",
        "Once Result is out and the client has half-closed, the stream ends with OK.",
        "Session.Create, 4-step handshake in one stream, and gRPC status codes (by reading)";
    SERVER_WAITS_FOR_INIT: Must "order/server-waits-for-init",
        "Nothing arrives from the server before the client's first message.",
        "Session.Create, first client message";
    SIGNED_FIRST_REFUSED: Must "order/signed-first-refused",
        "A stream that opens with Signed is refused; neither Unsigned nor Result arrives.",
        "Session.Create, first client message";
    SECOND_INIT_REFUSED: Must "order/second-init-refused",
        "Init after Unsigned is refused; neither Result nor a second Unsigned arrives.",
        "Session.Create, second client message";
    EMPTY_MESSAGE_REFUSED: Must "order/empty-message-refused",
        "A request whose oneof is unset is refused, as the first message and as the second.",
        "CreateRequest and Session.Create, first and second client message";
    NOTHING_AFTER_RESULT: Must "order/nothing-after-result",
        "Whatever the client sends after Result brings no further Unsigned or Result.",
        "Session.Create, 4-step handshake in one stream";
    HALF_CLOSE_BEFORE_INIT: Must "order/half-close-before-init",
        "A stream that the client half-closes without a message brings none back.",
        "Session.Create, first client message";
    HALF_CLOSE_AFTER_INIT: Must "order/half-close-after-init",
        "A stream that the client half-closes without Signed brings no Result.",
        "Session.Create, second client message";
    INCOMPLETE_NOT_OK: Should "order/incomplete-not-ok",
        "A handshake that began with a message and did not reach Result does not end with OK. A stream without any message may end either way.",
        "Session.Create, 4-step handshake in one stream, and gRPC status codes";
    EVERY_SHORT_ORDER: Must "order/every-short-order",
        "Of all client orders of Init, Signed, an empty message and a half-close up to length 4, those that begin with Init and Signed get one Unsigned and one Result, all others no Result, and no Unsigned unless they begin with Init. What status ends a stream whose client says more after Result is open.",
        "Session.Create, 4-step handshake in one stream";
    LAST_ONEOF_MEMBER_WINS: Must "order/last-oneof-member-wins",
        "One request that encodes both Init and Signed counts as the member that comes last on the wire.",
        "CreateRequest, Init and Signed, and the encoding of oneofs";

    // token: what the server makes of Init
    ID_IS_UUID4: Must "token/id-is-uuid4",
        "Unsigned.ID is 16 bytes with UUID version 4 and the variant of RFC 9562.",
        "Token.ID, and RFC 9562, sections 4.1, 4.2 and 5.4";
    INIT_ECHOED: Must "token/init-echoed",
        "Unsigned repeats OwnerID, FirstEpoch, LastEpoch and ObjectID from Init: the same bytes in the same order.",
        "CreateRequest.Init and CreateResponse.Unsigned";
    SESSION_KEY_PRESENT: Must "token/session-key-present",
        "Unsigned.Header.PublicKey is not empty; under the profile ed25519 it is a public key of 32 bytes: a point of the curve, and none of small order; under p256 it is a compressed point of 33 bytes.",
        "CreateResponse.Unsigned and VerificationHeader.PublicKey, RFC 8032, section 5.1.5, and SEC 1, section 2.3.3";
    UNSIGNED_HAS_NO_SIGNATURE: Should "token/unsigned-has-no-signature",
        "Unsigned.Signature is empty. KeySignature may be set.",
        "CreateResponse.Unsigned";
    SERVER_CHOOSES_ID: Must "token/server-chooses-id",
        "An ID or a PublicKey that the client put into Init is not adopted.",
        "CreateResponse.Unsigned, generated on server side";
    RESULT_MATCHES_UNSIGNED: Must "token/result-matches-unsigned",
        "Result repeats ID, OwnerID, both epochs, ObjectID and PublicKey of Unsigned.",
        "CreateResponse.Result and CreateRequest.Signed";
    RESULT_VERIFIES: Must "token/result-verifies",
        "Result.Signature and Result.Header.KeySignature verify under the owner's key.",
        "CreateResponse.Result, Token.Signature and VerificationHeader.KeySignature";
    ID_IS_RANDOM: Should "token/id-is-random",
        "Over 256 token IDs every random bit is seen set and clear, and the IDs do not count up.",
        "Token.ID, and RFC 9562, section 5.4";
    IDS_UNIQUE: Must "token/ids-unique",
        "No two sessions share a token ID.",
        "Token.ID, a token identifier";
    SESSION_KEYS_UNIQUE: Should "token/session-keys-unique",
        "No two sessions share a session key.",
        "CreateResponse.Unsigned, session public key generated on server side";

    // token: what the client may ask for
    LIFETIME_ORDERED: Must "token/lifetime-ordered",
        "A FirstEpoch greater than LastEpoch gets no Result.",
        "Token.FirstEpoch and Token.LastEpoch (by reading)";
    LIFETIME_REFUSED_AT_INIT: Should "token/lifetime-refused-at-init",
        "A FirstEpoch greater than LastEpoch gets no Unsigned either.",
        "Token.FirstEpoch and Token.LastEpoch";
    SINGLE_EPOCH_ACCEPTED: Must "token/single-epoch-accepted",
        "FirstEpoch equal to LastEpoch is valid: the bounds belong to the lifetime.",
        "Token.FirstEpoch, initial epoch, and Token.LastEpoch, last epoch";
    EPOCHS_ARE_UINT64: Should "token/epochs-are-uint64",
        "Epochs of 0, 2^53+1, 2^63 and 2^64-1 are valid and come back as they were sent.",
        "Token.FirstEpoch and Token.LastEpoch, uint64";
    OWNER_REQUIRED: Must "token/owner-required",
        "An empty OwnerID gets no Result.",
        "CreateRequest.Init, which carries the owner";
    OWNER_IS_A_KEY: Should "token/owner-is-a-key",
        "Under the profile ed25519 an OwnerID that is no public key is refused at Init; under p256 one that is not the address of the key in Verify.",
        "Token.OwnerID, RFC 8032, section 5.1.3, and addresses of NEO 2";
    MANY_OBJECTS: Should "token/many-objects",
        "A token with 1,000 ObjectIDs completes; with none it completes too.",
        "Token.ObjectID, repeated";

    // signature
    SIGNATURE_REQUIRED: Must "signature/required",
        "Signed with an empty Signature gets no Result.",
        "CreateRequest.Signed and Token.Signature";
    KEY_SIGNATURE_REQUIRED: Must "signature/key-signature-required",
        "Signed with an empty KeySignature gets no Result.",
        "VerificationHeader.KeySignature";
    CORRUPTED: Must "signature/corrupted",
        "A Signature or a KeySignature with one bit flipped, wherever it is, gets no Result.",
        "Token.Signature and VerificationHeader.KeySignature";
    WRONG_LENGTH: Must "signature/wrong-length",
        "A Signature or a KeySignature of 1 byte, of one byte too few, of one too many, or of 4,096 bytes gets no Result.",
        "Token.Signature and VerificationHeader.KeySignature, and RFC 8032, section 5.1.7";
    OTHER_KEY: Must "signature/other-key",
        "A token signed by a key other than OwnerID's gets no Result.",
        "Token.Signature, signed by the owner";
    SIGNATURES_EXCHANGED: Must "signature/exchanged",
        "Signed whose Signature and KeySignature stand in each other's place, each valid where it belongs, gets no Result.",
        "Token.Signature, of the token, and VerificationHeader.KeySignature, of the session key";
    SIGNED_MATCHES_UNSIGNED: Must "signature/signed-matches-unsigned",
        "Signed that changes ID, OwnerID, an epoch, an ObjectID or PublicKey gets no Result, even when it is validly signed for what it now says.",
        "CreateRequest.Signed, the answer to Unsigned";
    OBJECTS_REGROUPED: Must "signature/objects-regrouped",
        "Signed whose ObjectIDs are cut up otherwise, so that the signature over the joined bytes still verifies, gets no Result.",
        "CreateRequest.Signed and Token.ObjectID";
    OBJECTS_REORDERED: Must "signature/objects-reordered",
        "Signed with the same ObjectIDs in another order, validly signed, gets no Result.",
        "CreateRequest.Signed and Token.ObjectID";
    REPLAY_ACROSS_STREAMS: Must "signature/replay-across-streams",
        "A Signed that is valid on one stream gets no Result on another.",
        "Session.Create, 4-step handshake in one stream";
    REPLAY_AFTER_RESULT: Must "signature/replay-after-result",
        "A Signed from a finished session gets no Result on a new stream.",
        "Session.Create, 4-step handshake in one stream";
    MALLEABLE_SIGNATURE: Must "signature/malleable-signature",
        "Under the profile ed25519 a Signature or a KeySignature with a non-canonical S gets no Result.",
        "Token.Signature, and RFC 8032, section 5.1.7";
    SMALL_ORDER_OWNER: Should "signature/small-order-owner",
        "Under the profile ed25519 an OwnerID of small order gets no Result, with signatures that plain verification accepts for every message.",
        "Token.OwnerID, and RFC 8032, section 5.1.7";

    // isolation
    STREAMS_INDEPENDENT: Must "isolation/streams-independent",
        "Handshakes interleaved on one connection each complete with their own token, also where one owner has several.",
        "Session.Create, one session per stream";
    SWAPPED_SIGNED_REFUSED: Must "isolation/swapped-signed-refused",
        "Two interleaved streams that swap their Signed messages both get no Result.",
        "Session.Create, 4-step handshake in one stream";
    VIOLATION_STAYS_ON_ITS_STREAM: House "isolation/violation-stays-on-its-stream",
        "After a violation on one stream, a handshake that was open before it and one that begins after it, on the same connection, both complete.",
        "Session.Create, one session per stream";
    CANCEL_LEAVES_SERVER_WELL: House "isolation/cancel-leaves-server-well",
        "After 100 handshakes cancelled at each step, a new one completes.",
        "Session.Create, and gRPC cancellation";

    // envelope
    META_AND_VERIFY_ACCEPTED: Must "envelope/meta-and-verify-accepted",
        "Requests with Meta (TTL 1 or more, Epoch and Version 0) and a Verify without Signatures complete.",
        "CreateRequest.Meta and CreateRequest.Verify";
    ZERO_TTL_REFUSED: Should "envelope/zero-ttl-refused",
        "Meta with TTL 0 is refused, in Init and in Signed.",
        "CreateRequest.Meta";
    UNKNOWN_FIELDS_IGNORED: Must "envelope/unknown-fields-ignored",
        "Unknown fields in CreateRequest, Token and VerificationHeader change nothing.",
        "CreateRequest and Token, and the encoding of unknown fields";

    // code
    ORDER_CODE: Should "code/order-code",
        "Violations of the order are refused with INVALID_ARGUMENT, FAILED_PRECONDITION, ABORTED or OUT_OF_RANGE.",
        "Session.Create, and gRPC status codes";
    TOKEN_CODE: Should "code/token-code",
        "Malformed tokens, an owner that is no key and a TTL of 0 are refused with INVALID_ARGUMENT or FAILED_PRECONDITION.",
        "Token and CreateRequest.Meta, and gRPC status codes";
    SIGNATURE_CODE: Should "code/signature-code",
        "Bad signatures are refused with UNAUTHENTICATED, PERMISSION_DENIED or INVALID_ARGUMENT.",
        "Token.Signature, and gRPC status codes";
    MISMATCH_CODE: Should "code/mismatch-code",
        "A signature of the wrong length, a Signed that differs from Unsigned, a replay and an owner of small order are refused with a code for violations of the order, for malformed tokens or for bad signatures.",
        "CreateRequest.Signed, and gRPC status codes";
    NEVER_UNKNOWN: Should "code/never-unknown",
        "No refusal is UNKNOWN; INTERNAL is for bytes that do not parse alone.",
        "gRPC status codes";
}
