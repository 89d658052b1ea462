//! Where the target is, how to get there, and what goes with every call.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use crate::report::quoted;

/// Where the target listens and what its requests carry.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Host and port to connect to.
    pub address: String,
    /// `:authority` of every request.
    pub authority: String,
    /// TLS, where the target speaks it.
    pub tls: Option<Tls>,
    /// What goes with every call. The values are never written down.
    pub headers: Arc<HeaderMap>,
}

impl Origin {
    /// Without TLS; address and authority the same, `host:port`.
    pub fn plain(address: impl Into<String>) -> Origin {
        let address = address.into();
        Origin { authority: address.clone(), address, tls: None, headers: Arc::default() }
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

/// How to speak TLS with the target.
#[derive(Clone)]
pub struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: ServerName<'static>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the user says of TLS and of calls.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Certificates, in PEM, that the target's has to come from. Default: the system's.
    pub ca: Option<PathBuf>,
    /// The client's own certificate chain, in PEM.
    pub certificate: Option<PathBuf>,
    /// The key to it, in PEM.
    pub key: Option<PathBuf>,
    /// `:authority` of every request, and the name that the certificate has to bear. Default: the URL's.
    pub authority: Option<String>,
    /// `name: value`, each to go with every call.
    pub headers: Vec<String>,
}

/// Why access cannot be had so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// A file cannot be read, or holds no PEM of that kind.
    #[error("cannot use {path}: {why}")]
    File {
        /// As the user named it.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system has no certificates.
    #[error("the system's certificates cannot be read: {0}; --ca names a file of them")]
    System(String),
    /// A certificate without its key, or a key without its certificate.
    #[error("--cert and --key go together")]
    HalfACertificate,
    /// Certificates, and a target without TLS.
    #[error("--ca, --cert and --key are for a target with TLS: https://HOST:PORT")]
    NoTls,
    /// Certificate and key do not fit, or the name is none.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// It is no header.
    #[error("--header {name:?}: {why}; write 'name: value'")]
    Header {
        /// The part before the colon alone: the value may be a secret.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It is no authority.
    #[error("--authority {0:?} is no host, with or without a port")]
    Authority(String),
}

impl Access {
    /// The flags of the command that say the same; of a header, its name alone.
    pub(crate) fn flags(&self) -> Vec<String> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let given = [
            ("--ca", path(&self.ca)),
            ("--cert", path(&self.certificate)),
            ("--key", path(&self.key)),
            ("--authority", self.authority.clone()),
        ];
        let given = given.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        let header = |line: &String| {
            let name = line.split_once(':').map_or("", |(name, _)| name);
            ("--header", format!("{}: …", name.trim()))
        };
        let all = given.chain(self.headers.iter().map(header));
        all.map(|(flag, value)| format!("{flag} {}", quoted(&value))).collect()
    }

    /// The headers that go with every call.
    ///
    /// # Errors
    /// When one is no header, or belongs to the transport.
    pub fn headers(&self) -> Result<HeaderMap, AccessError> {
        const TRANSPORT: [&str; 5] = ["connection", "content-type", "grpc-timeout", "host", "te"];
        let mut headers = HeaderMap::new();
        for line in &self.headers {
            let (name, value) = line
                .split_once(':')
                .unwrap_or((line.split_whitespace().next().unwrap_or_default(), ""));
            let wrong = |why| AccessError::Header { name: name.to_owned(), why };
            if !line.contains(':') {
                return Err(wrong("there is no colon"));
            }
            let parsed = HeaderName::try_from(name.trim())
                .map_err(|_| wrong("the name is no header name"))?;
            if TRANSPORT.contains(&parsed.as_str()) {
                return Err(wrong("the transport sets it"));
            }
            let mut value = HeaderValue::try_from(value.trim())
                .map_err(|_| wrong("the value is no header value"))?;
            value.set_sensitive(true);
            headers.append(parsed, value);
        }
        Ok(headers)
    }

    /// TLS to a target of this host.
    ///
    /// # Errors
    /// When a file cannot be used, or what they hold does not fit.
    pub fn tls(&self, host: &str) -> Result<Tls, AccessError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let wrong = |error: rustls::Error| AccessError::Tls(error.to_string());
        let builder =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(wrong)?.with_root_certificates(self.roots()?);
        let mut config = match (&self.certificate, &self.key) {
            (None, None) => builder.with_no_client_auth(),
            (Some(chain), Some(key)) => {
                let read = PrivateKeyDer::from_pem_file(key).map_err(|error| file(key, &error));
                builder.with_client_auth_cert(certificates(chain)?, read?).map_err(wrong)?
            }
            _ => return Err(AccessError::HalfACertificate),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| AccessError::Tls(error.to_string()))?;
        Ok(Tls { config: Arc::new(config), name })
    }

    fn roots(&self) -> Result<RootCertStore, AccessError> {
        let mut roots = RootCertStore::empty();
        let Some(path) = &self.ca else {
            let found = rustls_native_certs::load_native_certs();
            let (added, _) = roots.add_parsable_certificates(found.certs);
            let why = found
                .errors
                .first()
                .map_or_else(|| "there are none".to_owned(), ToString::to_string);
            return if added > 0 { Ok(roots) } else { Err(AccessError::System(why)) };
        };
        for certificate in certificates(path)? {
            roots.add(certificate).map_err(|error| file(path, &error))?;
        }
        Ok(roots)
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, AccessError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.map_err(|error| file(path, &error))?;
    if found.is_empty() { Err(file(path, &"there is no certificate in it")) } else { Ok(found) }
}

fn file(path: &Path, why: &dyn fmt::Display) -> AccessError {
    AccessError::File { path: path.display().to_string(), why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> Result<HeaderMap, AccessError> {
        Access { headers: lines.iter().map(ToString::to_string).collect(), ..Access::default() }
            .headers()
    }

    #[test]
    fn headers_are_parsed_and_secret() {
        let map = headers(&["authorization: Bearer a:b", "x-k:v"]).expect("headers");
        assert_eq!(map["authorization"], "Bearer a:b");
        assert!(map.values().all(HeaderValue::is_sensitive));
    }

    #[test]
    fn a_complaint_never_shows_the_value() {
        for wrong in [&["secret"][..], &["a b: secret"], &["te: secret"], &["x: sec\nret"]] {
            let said = headers(wrong).expect_err("no header").to_string();
            assert!(!said.contains("ret\"") || wrong == ["secret"], "{said}");
        }
    }

    #[test]
    fn a_certificate_needs_its_key() {
        let half = Access {
            certificate: Some("x".into()),
            ca: Some("/no/such".into()),
            ..Access::default()
        };
        assert!(half.tls("localhost").is_err());
    }
}
