//! What must not change unseen: the snapshots, and the tests that hold them up to what is made today.
