//! Secrets that only their names tell: random keys, and what people think of.

use super::Shape::{Bare, Made};
use super::{Kind, Sort, shape};

const fn opaque(name: &'static str, form: &'static str, variable: &'static str, host: &'static str) -> Kind {
    Kind { name, sort: Sort::Opaque, shape: Bare(form), variable, host }
}

const fn password(name: &'static str, make: fn(&mut super::Dice) -> String, variable: &'static str) -> Kind {
    Kind { name, sort: Sort::Password, shape: Made(make), variable, host: "intranet.acme.io" }
}

#[rustfmt::skip] // A table.
pub(crate) const NAMED: &[Kind] = &[
    opaque("aws-secret-key", "<B40>", "AWS_SECRET_ACCESS_KEY", "s3.amazonaws.com"),
    opaque("cloudflare-token", "<S40>", "CLOUDFLARE_API_TOKEN", "api.cloudflare.com"),
    opaque("datadog-key", "<H32>", "DD_API_KEY", "api.datadoghq.com"),
    opaque("datadog-app-key", "<H40>", "DATADOG_APP_KEY", "api.datadoghq.com"),
    opaque("twilio-auth", "<H32>", "TWILIO_AUTH_TOKEN", "api.twilio.com"),
    opaque("azure-storage-key", "<B86>==", "AZURE_STORAGE_KEY", "acme.blob.core.windows.net"),
    opaque("azure-openai-key", "<H32>", "AZURE_OPENAI_API_KEY", "acme.openai.azure.com"),
    opaque("okta-token", "00<S40>", "OKTA_API_TOKEN", "acme.okta.com"),
    opaque("auth0-secret", "<S64>", "AUTH0_CLIENT_SECRET", "acme.eu.auth0.com"),
    opaque("algolia-admin", "<H32>", "ALGOLIA_ADMIN_KEY", "abc.algolia.net"),
    opaque("hetzner-token", "<W64>", "HCLOUD_TOKEN", "api.hetzner.cloud"),
    opaque("linode-token", "<H64>", "LINODE_CLI_TOKEN", "api.linode.com"),
    opaque("cohere-key", "<W40>", "COHERE_API_KEY", "api.cohere.ai"),
    opaque("mistral-key", "<W32>", "MISTRAL_API_KEY", "api.mistral.ai"),
    opaque("wandb-key", "<H40>", "WANDB_API_KEY", "api.wandb.ai"),
    opaque("snyk-token", "<uuid>", "SNYK_TOKEN", "api.snyk.io"),
    opaque("railway-token", "<uuid>", "RAILWAY_TOKEN", "backboard.railway.app"),
    opaque("splunk-hec", "<uuid>", "SPLUNK_HEC_TOKEN", "splunk.acme.io:8088"),
    opaque("postmark-token", "<uuid>", "POSTMARK_SERVER_TOKEN", "api.postmarkapp.com"),
    opaque("confluent-secret", "<B64>", "CONFLUENT_API_SECRET", "api.confluent.cloud"),
    opaque("elastic-key", "<B60>", "ELASTIC_API_KEY", "es.acme.io:9200"),
    opaque("rails-master-key", "<H32>", "RAILS_MASTER_KEY", "shop.acme.io"),
    opaque("rails-secret-base", "<H128>", "SECRET_KEY_BASE", "shop.acme.io"),
    opaque("laravel-app-key", "base64:<B43>=", "APP_KEY", "shop.acme.io"),
    opaque("django-secret", "<w50>", "DJANGO_SECRET_KEY", "shop.acme.io"),
    opaque("jwt-signing-secret", "<B43>=", "JWT_SECRET", "id.acme.io"),
    opaque("session-secret", "<H64>", "SESSION_SECRET", "app.acme.io"),
    opaque("nextauth-secret", "<B43>=", "NEXTAUTH_SECRET", "app.acme.io"),
    opaque("encryption-key-hex", "<H64>", "DATA_ENCRYPTION_KEY", "vault.acme.io"),
    opaque("ethereum-key", "0x<H64>", "DEPLOYER_PRIVATE_KEY", "mainnet.infura.io"),
    opaque("webhook-secret", "<H40>", "WEBHOOK_SECRET", "hooks.acme.io"),
    opaque("ci-registration", "<w20>", "RUNNER_REGISTRATION_TOKEN", "git.acme.io"),
    opaque("licence-key", "<U5>-<U5>-<U5>-<U5>-<U5>", "LICENSE_KEY", "license.acme.io"),
    opaque("etherscan-key", "<U34>", "ETHERSCAN_API_KEY", "api.etherscan.io"),
    password("password-weak", shape::weak, "DB_PASSWORD"),
    password("password-word", shape::plain_word, "ADMIN_PASSWORD"),
    password("password-leet", shape::leet, "SMTP_PASSWORD"),
    password("password-symbols", shape::symbols, "REDIS_PASSWORD"),
    password("password-quotes", shape::quotes, "KEYSTORE_PASSWORD"),
    password("password-foreign", shape::foreign, "LDAP_BIND_PASSWORD"),
    password("password-generated", shape::generated, "POSTGRES_PASSWORD"),
    password("passphrase-dashed", shape::dashed, "BACKUP_PASSPHRASE"),
    password("passphrase-spaces", shape::passphrase, "GPG_PASSPHRASE"),
    password("pin", shape::pin, "CARD_PIN"),
    Kind { name: "root-password", sort: Sort::Password, shape: Made(shape::weak), variable: "MYSQL_ROOT_PASSWORD", host: "db.acme.io" },
    Kind { name: "user-pwd", sort: Sort::Password, shape: Made(shape::leet), variable: "FTP_PWD", host: "ftp.acme.io" },
];
