//! Single rooms against servers that each of them has to tell right from wrong.

mod agent_variants;
mod atomix_session;
mod jina;
mod plain_tonic;
