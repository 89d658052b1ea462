//! The clauses of the session handshake.

use crate::specs::clauses;

clauses! {
    "neofs-session", "session protocol documentation";

    INIT_ANSWERED_BY_UNSIGNED: Must "order/init-answered-by-unsigned",
        "After Init the server sends exactly one message, and it is Unsigned.",
        "Session.Create, first server message";
    SIGNED_FIRST_REFUSED: Must "order/signed-first-refused",
        "A stream that opens with Signed is refused; neither Unsigned nor Result arrives.",
        "Session.Create, first client message";
}
