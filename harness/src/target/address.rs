//! From what a user writes to where the target is, and loopback alone unless told otherwise.

use std::net::SocketAddr;

use http::Uri;

use crate::client::Origin;

/// Why an address cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no URL of the form that is taken.
    #[error("target {url:?}: {why}; write http://HOST:PORT")]
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
}

/// Resolves `http://host:port` or `host:port`, once: what is connected to later is the address found here.
pub(super) async fn resolve(url: &str, allow_remote: bool) -> Result<Origin, AddressError> {
    let authority =
        authority(url).map_err(|why| AddressError::Malformed { url: url.to_owned(), why })?;
    let unresolved = |why: String| AddressError::Unresolved { url: url.to_owned(), why };
    let found =
        tokio::net::lookup_host(&authority).await.map_err(|error| unresolved(error.to_string()))?;
    let mut found: Vec<SocketAddr> = found.collect();
    // A server for "localhost" is commonly on 127.0.0.1 alone.
    found.sort_by_key(SocketAddr::is_ipv6);
    let address = *found.first().ok_or_else(|| unresolved("no address".to_owned()))?;
    if !address.ip().is_loopback() && !allow_remote {
        return Err(AddressError::Remote { url: url.to_owned(), address });
    }
    Ok(Origin { address: address.to_string(), authority })
}

fn authority(url: &str) -> Result<String, String> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let uri: Uri = with_scheme.parse().map_err(|error| format!("not a URL ({error})"))?;
    match uri.scheme_str() {
        Some("http") => {}
        other => return Err(format!("the scheme {:?} is not taken", other.unwrap_or_default())),
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err("a target has no path".to_owned());
    }
    let authority = uri.authority().ok_or("it names no host")?;
    if authority.as_str().contains('@') {
        return Err("a target has no user name".to_owned());
    }
    let port = authority.port_u16().ok_or("it names no port")?;
    Ok(format!("{}:{port}", authority.host()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_urls_and_bare_addresses() {
        assert_eq!(authority("http://127.0.0.1:50051").as_deref(), Ok("127.0.0.1:50051"));
        assert_eq!(authority("localhost:80").as_deref(), Ok("localhost:80"));
        assert_eq!(authority("http://[::1]:50051/").as_deref(), Ok("[::1]:50051"));
    }

    #[test]
    fn says_what_is_wrong() {
        for url in [
            "",
            "http://",
            "http://h",
            "ftp://h:1",
            "http://h:1/x",
            "http://u@h:1",
            "http://h:99999",
            "a b:1",
        ] {
            assert!(authority(url).is_err(), "{url:?} was taken");
        }
    }

    #[tokio::test]
    async fn only_loopback_unless_allowed() {
        assert!(matches!(resolve("192.0.2.1:1", false).await, Err(AddressError::Remote { .. })));
        assert!(resolve("192.0.2.1:1", true).await.is_ok());
        assert!(resolve("127.0.0.1:1", false).await.is_ok());
    }
}
