//! The clauses of the transport. P: PROTOCOL-HTTP2.md, S: statuscodes.md, C: compression.md, H: RFC 9113.

use crate::specs::clauses;

clauses! {
    "grpc", "gRPC";

    UNKNOWN_METHOD: Must "method/unknown-method",
        "A method that the service does not have is answered with UNIMPLEMENTED.",
        "statuscodes.md, UNIMPLEMENTED";
    UNKNOWN_SERVICE: Must "method/unknown-service",
        "A service that the server does not have is answered with UNIMPLEMENTED.",
        "statuscodes.md, UNIMPLEMENTED";
    MALFORMED_PATH: Must "method/malformed-path",
        "A path that does not name one service and one method is refused.",
        "PROTOCOL-HTTP2.md, Path";
    MALFORMED_PATH_SURVIVED: House "method/malformed-path-survived",
        "After malformed paths, one without a leading slash among them, the connection or a fresh one serves.",
        "PROTOCOL-HTTP2.md, Path";
    POST_ONLY: Should "method/post-only",
        "A request by another HTTP method than POST is refused, by HTTP status 405 or a status of gRPC.",
        "PROTOCOL-HTTP2.md, Method";

    WRONG_CONTENT_TYPE: Should "headers/wrong-content-type",
        "A request whose content-type does not begin with application/grpc is answered with HTTP status 415.",
        "PROTOCOL-HTTP2.md, Content-Type";
    CONTENT_TYPE_SUFFIXES: Must "headers/content-type-suffixes",
        "Requests of content-type application/grpc and application/grpc+proto are both served.",
        "PROTOCOL-HTTP2.md, Content-Type";
    UNKNOWN_METADATA: Must "headers/unknown-metadata",
        "Metadata that the server does not know, ASCII or binary, changes nothing.",
        "PROTOCOL-HTTP2.md, Custom-Metadata";
    BIN_PADDING: Must "headers/bin-padding",
        "The base64 of binary metadata is accepted with and without padding.",
        "PROTOCOL-HTTP2.md, Binary-Header";
    BIN_COMMA_JOINED: Must "headers/bin-comma-joined",
        "Binary metadata whose values are joined by commas in one header is accepted.",
        "PROTOCOL-HTTP2.md, Custom-Metadata";
    BAD_BIN: House "headers/bad-bin",
        "Binary metadata that is no base64 brings any status, and the server lives.",
        "PROTOCOL-HTTP2.md, Binary-Header";
    CONNECTION_HEADER: Must "headers/connection-header",
        "A connection header makes a request malformed: RST_STREAM or GOAWAY with PROTOCOL_ERROR, or HTTP status 400.",
        "RFC 9113, sections 8.1.1 and 8.2.2";
    TE_MISSING: House "headers/te-missing",
        "A request without the te header is answered, one way or the other.",
        "PROTOCOL-HTTP2.md, TE";
    LARGE_METADATA: House "headers/large-metadata",
        "64 KiB of metadata are answered or refused, and the connection or a fresh one lives on.",
        "PROTOCOL-HTTP2.md, Custom-Metadata";

    TIMEOUT_UNITS: Must "timeout/units",
        "A grpc-timeout in seconds, milli-, micro- or nanoseconds ends an open call at its time and not before; in minutes or hours it leaves the call open meanwhile.",
        "PROTOCOL-HTTP2.md, Timeout";
    TIMEOUT_EXPIRES: Must "timeout/expires",
        "A call that stays open ends by its grpc-timeout plus one second with DEADLINE_EXCEEDED, CANCELLED or RST_STREAM CANCEL.",
        "PROTOCOL-HTTP2.md, Timeout; statuscodes.md, DEADLINE_EXCEEDED";
    TIMEOUT_EXPIRES_CODE: Should "timeout/expires-code",
        "An expired call ends with DEADLINE_EXCEEDED or RST_STREAM CANCEL.",
        "statuscodes.md, DEADLINE_EXCEEDED";
    TIMEOUT_MALFORMED: Should "timeout/malformed",
        "A grpc-timeout without digits, with nine digits, of an unknown unit or negative is refused.",
        "PROTOCOL-HTTP2.md, Timeout";
    TIMEOUT_ABSENT: Must "timeout/absent",
        "A call without grpc-timeout is still open after two seconds.",
        "PROTOCOL-HTTP2.md, Timeout";
    TIMEOUT_ZERO: House "timeout/zero",
        "A grpc-timeout of zero is served, refused or expires at once.",
        "PROTOCOL-HTTP2.md, Timeout";
    TIMEOUT_MAX: Must "timeout/max",
        "The largest value of every unit but nanoseconds leaves a call open for two seconds at least.",
        "PROTOCOL-HTTP2.md, Timeout";

    MESSAGE_EMPTY: Must "message/empty",
        "A message of no bytes is one message.",
        "PROTOCOL-HTTP2.md, Length-Prefixed-Message";
    SPLIT_ANYWHERE: Must "message/split-anywhere",
        "A message whose DATA is split at any byte is answered as when it is whole.",
        "PROTOCOL-HTTP2.md, Requests";
    COALESCED: Must "message/coalesced",
        "Several messages in one DATA frame count as several.",
        "PROTOCOL-HTTP2.md, Requests";
    EMPTY_DATA_FRAMES: Must "message/empty-data-frames",
        "Empty DATA frames between others change nothing.",
        "PROTOCOL-HTTP2.md, Requests; RFC 9113, section 6.1";
    END_STREAM_ALONE: Must "message/end-stream-alone",
        "END_STREAM may come on an empty DATA frame of its own.",
        "PROTOCOL-HTTP2.md, EOS";
    UNPARSEABLE: Must "message/unparseable",
        "Bytes that are no message of the method's type are refused with INTERNAL or INVALID_ARGUMENT.",
        "statuscodes.md, INTERNAL";
    TRUNCATED: Must "message/truncated",
        "A half-close inside a message is refused, also after a whole one.",
        "PROTOCOL-HTTP2.md, Length-Prefixed-Message";
    LENGTH_LIES: Must "message/length-lies",
        "A length prefix that says more or less than what follows is refused.",
        "PROTOCOL-HTTP2.md, Length-Prefixed-Message";
    TOO_LARGE: Must "message/too-large",
        "The first message that is too large for the server ends its call with RESOURCE_EXHAUSTED.",
        "statuscodes.md, RESOURCE_EXHAUSTED";
    TOO_LARGE_EARLY: House "message/too-large-early",
        "A length prefix over the server's limit is refused although the message has hardly begun.",
        "statuscodes.md, RESOURCE_EXHAUSTED";
    HUGE_PREFIX: House "message/huge-prefix",
        "A length prefix of 2^32-1 is refused within a second, and a fresh call is served.",
        "statuscodes.md, RESOURCE_EXHAUSTED";
    ZERO_ON_UNARY: Must "message/zero-on-unary",
        "A unary call without a message is refused with UNIMPLEMENTED or INTERNAL.",
        "statuscodes.md, UNIMPLEMENTED and INTERNAL";
    TWO_ON_UNARY: Must "message/two-on-unary",
        "A unary call with two messages is refused with UNIMPLEMENTED or INTERNAL.",
        "statuscodes.md, UNIMPLEMENTED and INTERNAL";
    FLAG_RESERVED: Must "message/flag-reserved",
        "A message whose compressed flag is 2 or more is refused.",
        "PROTOCOL-HTTP2.md, Compressed-Flag";

    FLAG_WITHOUT_ENCODING: Must "compression/flag-without-encoding",
        "A message flagged as compressed in a call without grpc-encoding, or with identity, is refused with INTERNAL.",
        "compression.md, Test cases";
    UNKNOWN_ENCODING: Must "compression/unknown-encoding",
        "A compressed message of an encoding that the server lacks is refused with UNIMPLEMENTED, and grpc-accept-encoding does not name that encoding.",
        "compression.md, Compression Method Asymmetry";
    GZIP: Should "compression/gzip",
        "A gzip message is served where grpc-accept-encoding lists gzip.",
        "compression.md, Specification";
    CORRUPT: Must "compression/corrupt",
        "A compressed message that does not decompress is refused.",
        "compression.md, Specification";
    BOMB: House "compression/bomb",
        "A message of 3 MiB that decompresses to 3 GiB ends without OK by the deadline, and a fresh call is served.",
        "statuscodes.md, RESOURCE_EXHAUSTED";
    UNCOMPRESSED_FLAG_ZERO: Must "compression/uncompressed-flag-zero",
        "A message that is not compressed, flag 0, is served in a call whose grpc-encoding is gzip.",
        "compression.md, Specification";

    CANCEL_RESET: Must "cancel/reset",
        "After the answer to a PING sent behind RST_STREAM no frame comes on that stream, and the connection serves on.",
        "PROTOCOL-HTTP2.md, Errors; RFC 9113, section 5.1";
    CANCEL_MASS: House "cancel/mass",
        "After 1,000 calls opened and reset at once a fresh call is served.",
        "RFC 9113, section 10.5";

    PING: Must "connection/ping",
        "A PING is answered with its own eight bytes.",
        "RFC 9113, section 6.7";
    GOAWAY_FREE: House "connection/goaway-free",
        "A bad call does not bring GOAWAY to the other calls of its connection.",
        "RFC 9113, section 5.4";
    CONCURRENT_STREAMS: Must "connection/concurrent-streams",
        "100 concurrent calls, or as many as the server announces, are each answered, each with its own answer.",
        "RFC 9113, section 5.1.2";
    STREAM_CAP: Must "connection/stream-cap",
        "A stream past the announced cap is refused with REFUSED_STREAM or PROTOCOL_ERROR, or waits; it is never answered wrongly.",
        "RFC 9113, section 5.1.2";
    STREAM_CAP_SPARES_OTHERS: House "connection/stream-cap-spares-others",
        "The streams under the cap are answered although one past it was opened.",
        "RFC 9113, section 5.1.2";
    SLOW_READER: House "connection/slow-reader",
        "A stream without a window holds up no other stream, a connection without a window no other connection.",
        "RFC 9113, section 5.2";
    HALF_OPEN: House "connection/half-open",
        "100 connections without a preface do not stop a fresh one from being served.",
        "RFC 9113, section 3.4";

    HTTP_200: Must "response/http-200",
        "A POST request with an application/grpc content-type is answered with HTTP status 200.",
        "PROTOCOL-HTTP2.md, Responses";
    NO_BARE_RESET: Should "response/no-bare-reset",
        "A refused call ends with a status, not with a reset.",
        "PROTOCOL-HTTP2.md, Responses";
    RESPONSE_CONTENT_TYPE: Must "response/content-type",
        "The content-type of a response begins with application/grpc.",
        "PROTOCOL-HTTP2.md, Responses";
    ONE_STATUS: Must "response/one-status",
        "A response has exactly one grpc-status: decimal, without leading zeros, 0 to 16.",
        "PROTOCOL-HTTP2.md, Status; statuscodes.md";
    STATUS_IN_TRAILERS: Must "response/status-in-trailers",
        "grpc-status comes in trailers, or in a block of headers that ends the stream.",
        "PROTOCOL-HTTP2.md, Responses";
    MESSAGE_ENCODING: Must "response/message-encoding",
        "grpc-message is percent-encoded: printable ASCII, and a percent sign only before two hexadecimal digits.",
        "PROTOCOL-HTTP2.md, Status-Message";
    NO_MESSAGE_WITH_OK: Should "response/no-message-with-ok",
        "OK comes without a grpc-message, or with an empty one.",
        "PROTOCOL-HTTP2.md, Status-Message";
    FLAG_MATCHES_ENCODING: Must "response/flag-matches-encoding",
        "A response's message is flagged as compressed only where the response has a grpc-encoding other than identity.",
        "PROTOCOL-HTTP2.md, Compressed-Flag";
    ONE_MESSAGE_ON_UNARY: Must "response/one-message-on-unary",
        "OK on a unary call comes with exactly one message.",
        "PROTOCOL-HTTP2.md, Responses";
    FRAMES_WHOLE: Must "response/frames-whole",
        "The DATA of a response forms whole messages.",
        "PROTOCOL-HTTP2.md, Length-Prefixed-Message";
    RESERVED_CODES: Should "response/reserved-codes",
        "The gRPC library itself does not make up codes that are the application's alone: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE and DATA_LOSS.",
        "statuscodes.md, closing list";
    DETAILS_AGREE: Should "response/details-agree",
        "grpc-status-details-bin says the same code and message as grpc-status and grpc-message.",
        "PROTOCOL-HTTP2.md, Status-Details";
}
