//! From what a user writes to where the target is, and loopback alone unless told otherwise.

use std::net::SocketAddr;
use std::sync::Arc;

use http::Uri;
use http::uri::Authority;

use crate::client::{Access, AccessError, Origin};

/// Why an address cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no URL of the form that is taken.
    #[error("target {url:?}: {why}; write http://HOST:PORT or https://HOST:PORT")]
    Malformed {
        /// As the user wrote it.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The name leads nowhere.
    #[error("target {url:?}: the name does not resolve: {why}")]
    Unresolved {
        /// As the user wrote it.
        url: String,
        /// The resolver's reason.
        why: String,
    },
    /// It is not this machine.
    #[error("target {url:?} is {address}, which is not loopback; --allow-remote permits it")]
    Remote {
        /// As the user wrote it.
        url: String,
        /// What it resolves to.
        address: SocketAddr,
    },
    /// Its TLS, authority or headers cannot be had so.
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// Resolves a URL, once: what is connected to later is the address found here.
pub(super) async fn resolve(
    url: &str,
    access: &Access,
    allow_remote: bool,
) -> Result<Origin, AddressError> {
    let place = place(url).map_err(|why| AddressError::Malformed { url: url.to_owned(), why })?;
    let certificates = [&access.ca, &access.certificate, &access.key];
    if !place.tls && certificates.iter().any(|given| given.is_some()) {
        return Err(AccessError::NoTls.into());
    }
    let unresolved = |why: String| AddressError::Unresolved { url: url.to_owned(), why };
    let found = tokio::net::lookup_host(place.authority.as_str()).await;
    let mut found: Vec<SocketAddr> =
        found.map_err(|error| unresolved(error.to_string()))?.collect();
    // A server for "localhost" is commonly on 127.0.0.1 alone.
    found.sort_by_key(SocketAddr::is_ipv6);
    let address = *found.first().ok_or_else(|| unresolved("no address".to_owned()))?;
    if !address.ip().is_loopback() && !allow_remote {
        return Err(AddressError::Remote { url: url.to_owned(), address });
    }
    let authority = match &access.authority {
        Some(given) => given.parse().map_err(|_| AccessError::Authority(given.clone()))?,
        None => place.authority,
    };
    Ok(Origin {
        address: address.to_string(),
        tls: place.tls.then(|| access.tls(authority.host())).transpose()?,
        authority: authority.to_string(),
        headers: Arc::new(access.headers()?),
    })
}

/// What a URL says.
#[derive(Debug)]
struct Place {
    tls: bool,
    authority: Authority,
}

fn place(url: &str) -> Result<Place, String> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let uri: Uri = with_scheme.parse().map_err(|error| format!("not a URL ({error})"))?;
    let tls = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        other => return Err(format!("the scheme {:?} is not taken", other.unwrap_or_default())),
    };
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err("a target has no path".to_owned());
    }
    let authority = uri.authority().ok_or("it names no host")?;
    if authority.as_str().contains('@') {
        return Err("a target has no user name".to_owned());
    }
    if authority.port_u16().is_none() {
        let (_, after) = authority.as_str().rsplit_once(':').unwrap_or_default();
        let numeric = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit());
        return Err(match numeric {
            true => format!("there is no port {after}"),
            false => "it names no port".to_owned(),
        });
    }
    Ok(Place { tls, authority: authority.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Option<(bool, String)> {
        place(url).ok().map(|place| (place.tls, place.authority.to_string()))
    }

    #[test]
    fn takes_urls_and_bare_addresses() {
        let http = |authority: &str| Some((false, authority.to_owned()));
        assert_eq!(parsed("http://127.0.0.1:50051"), http("127.0.0.1:50051"));
        assert_eq!(parsed("localhost:80"), http("localhost:80"));
        assert_eq!(parsed("http://[::1]:50051/"), http("[::1]:50051"));
        assert_eq!(parsed("https://localhost:443"), Some((true, "localhost:443".to_owned())));
    }

    #[test]
    fn says_what_is_wrong() {
        let wrong = [
            "",
            "http://",
            "http://h",
            "ftp://h:1",
            "http://h:1/x",
            "http://u@h:1",
            "http://h:99999",
            "a b:1",
        ];
        assert!(wrong.iter().all(|url| parsed(url).is_none()), "one of {wrong:?} was taken");
    }

    #[tokio::test]
    async fn only_loopback_unless_allowed() {
        let access = Access::default();
        assert!(matches!(
            resolve("192.0.2.1:1", &access, false).await,
            Err(AddressError::Remote { .. })
        ));
        assert!(resolve("192.0.2.1:1", &access, true).await.is_ok());
        assert!(resolve("127.0.0.1:1", &access, false).await.is_ok());
    }
}
