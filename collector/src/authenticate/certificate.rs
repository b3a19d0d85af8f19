//! Client certificates: the names that one gives its holder, and the tenants that names belong to.
//!
//! Whether a certificate is signed by the right authority and still valid is the TLS handshake's to say. Revocation lists
//! are not read: give client certificates short lives, or take the name out of the mapping, which works at once.

use std::collections::BTreeMap;

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Denial, Tenant};

/// What stands before a subject's common name, which is no host's name and no URI.
const COMMON_NAME: &str = "CN=";

/// What stands before the suffix of many hosts' names.
const ANY_HOST: &str = "*.";

/// The names of a certificate's holder, in the mapping's spelling: DNS names and URIs of the subject's alternative names;
/// where there are neither, the subject's common name as `CN=…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateNames(Vec<String>);

impl CertificateNames {
    /// Reads them; none of a certificate that cannot be read.
    pub(crate) fn of(der: &[u8]) -> Self {
        let Ok((_, certificate)) = X509Certificate::from_der(der) else { return Self::default() };
        // An error says that the extension stands there twice: then nobody can tell which one counts.
        let Ok(alternative) = certificate.subject_alternative_name() else { return Self::default() };
        let alternative = alternative.map(|extension| &extension.value.general_names);
        let mut names: Vec<String> = alternative.into_iter().flatten().filter_map(name).collect();
        if names.is_empty() {
            let common = certificate.subject().iter_common_name().find_map(|name| name.as_str().ok());
            names.extend(common.map(|name| format!("{COMMON_NAME}{name}")));
        }
        Self(names)
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        // A certificate for many hosts, `*.example.com`, says of none of them that it is this one.
        GeneralName::DNSName(host) if is_host(host) => Some(host.to_ascii_lowercase()),
        GeneralName::URI(uri) if uri.contains("://") && !uri.starts_with(COMMON_NAME) => Some((*uri).to_owned()),
        _ => None,
    }
}

/// Whether a text has the form of a host's name, so that no kind of name passes for another.
fn is_host(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

/// Which tenant a name belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientTenants(BTreeMap<String, Tenant>);

impl ClientTenants {
    /// Adds a name: `build-7.example.com`, `*.agents.example.com` (one label in place of the star),
    /// `spiffe://example.com/agent` or `CN=build agent`.
    ///
    /// # Errors
    /// When it is no such name, or was added before.
    pub fn add(&mut self, name: &str, tenant: Tenant) -> Result<(), String> {
        let key = if name.contains("://") || name.starts_with(COMMON_NAME) {
            name.to_owned()
        } else {
            if !is_host(name.strip_prefix(ANY_HOST).unwrap_or(name)) {
                return Err(format!(
                    "`{}` is no name of a certificate: it is a host such as build-7.example.com or *.example.com, a URI \
                     such as spiffe://example.com/agent, or a common name such as `CN=build agent`",
                    name.escape_debug()
                ));
            }
            name.to_ascii_lowercase()
        };
        match self.0.insert(key, tenant) {
            None => Ok(()),
            Some(_) => Err(format!("`{name}` stands there twice")),
        }
    }

    /// The tenant that a certificate's names belong to.
    ///
    /// # Errors
    /// When none of them belongs to one, or they belong to different ones.
    pub(super) fn tenant(&self, names: &CertificateNames) -> Result<Tenant, Denial> {
        let mut tenants = names.0.iter().filter_map(|name| self.tenant_of(name));
        let tenant = tenants.next().ok_or(Denial::UnknownCertificate)?;
        if tenants.all(|other| other == tenant) { Ok(tenant.clone()) } else { Err(Denial::TwoTenants) }
    }

    fn tenant_of(&self, name: &str) -> Option<&Tenant> {
        let any = || {
            let (_, suffix) = name.split_once('.').filter(|_| is_host(name))?;
            self.0.get(&format!("{ANY_HOST}{suffix}"))
        };
        self.0.get(name).or_else(any)
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn tenant(name: &str) -> Tenant {
        Tenant::parse(name).unwrap()
    }

    fn names(list: &[&str]) -> CertificateNames {
        CertificateNames(list.iter().map(|name| (*name).to_owned()).collect())
    }

    fn certificate(hosts: &[&str], uri: Option<&str>) -> Vec<u8> {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name.push(DnType::CommonName, "build agent");
        params.subject_alt_names.extend(uri.map(|uri| SanType::URI(uri.try_into().unwrap())));
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn alternative_names_count_and_else_the_common_name() {
        for (hosts, uri, expected) in [
            (&["Build-7.Example.com"][..], None, &["build-7.example.com"][..]),
            (&["a.example.com"], Some("spiffe://example.com/agent"), &["a.example.com", "spiffe://example.com/agent"]),
            (&[], None, &["CN=build agent"]),
            (&["*.example.com"], None, &["CN=build agent"]),
            (&["*.example.com"], Some("spiffe://example.com/agent"), &["spiffe://example.com/agent"]),
        ] {
            assert_eq!(CertificateNames::of(&certificate(hosts, uri)), names(expected));
        }
        assert_eq!(CertificateNames::of(b"no certificate"), names(&[]));
    }

    #[test]
    fn names_lead_to_a_tenant_exactly_or_by_one_label() {
        let mut tenants = ClientTenants::default();
        for (name, to) in [
            ("Build-7.example.com", "ci"),
            ("*.agents.example.com", "acme"),
            ("spiffe://example.com/agent", "acme"),
            ("CN=build agent", "lab"),
        ] {
            tenants.add(name, tenant(to)).unwrap();
        }
        for (list, to) in [
            (&["build-7.example.com"][..], Ok("ci")),
            (&["x.agents.example.com"], Ok("acme")),
            (&["other.example.com", "x.agents.example.com"], Ok("acme")),
            (&["x.agents.example.com", "spiffe://example.com/agent"], Ok("acme")),
            (&["CN=build agent"], Ok("lab")),
            (&["x.agents.example.com", "build-7.example.com"], Err(Denial::TwoTenants)),
            (&["agents.example.com"], Err(Denial::UnknownCertificate)),
            (&["a.b.agents.example.com"], Err(Denial::UnknownCertificate)),
            (&["evil-agents.example.com"], Err(Denial::UnknownCertificate)),
            (&["CN=x.agents.example.com"], Err(Denial::UnknownCertificate)),
            (&["spiffe://x.agents.example.com"], Err(Denial::UnknownCertificate)),
            (&[], Err(Denial::UnknownCertificate)),
        ] {
            assert_eq!(tenants.tenant(&names(list)), to.map(tenant), "{list:?}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let mut tenants = ClientTenants::default();
        tenants.add("a.example.com", tenant("acme")).unwrap();
        for name in ["", "*", "*.", "a..b", "a.*.com", "*.*.com", "a b", "a/b", ".a"] {
            assert!(tenants.add(name, tenant("acme")).unwrap_err().contains("is no name of a certificate"), "{name}");
        }
        assert_eq!(tenants.add("A.example.com", tenant("ci")).unwrap_err(), "`A.example.com` stands there twice");
    }
}
