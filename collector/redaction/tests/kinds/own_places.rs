//! Secrets that stand in places of their own.

use super::Placed;
use super::Shape::{Bare, Form, Made};
use super::shape;

const BASH: (&str, &str) = ("Bash", "command");
const WRITE: (&str, &str) = ("Write", "content");
const EDIT: (&str, &str) = ("Edit", "new_string");

const fn at(tool: (&'static str, &'static str), template: &'static str) -> (&'static str, &'static str, &'static str) {
    (tool.0, tool.1, template)
}

#[rustfmt::skip] // A table.
pub(crate) const PLACED: &[Placed] = &[
    Placed { name: "netrc", shape: Made(shape::generated), places: &[
        at(WRITE, "machine git.acme.io\n  login {{user}}\n  password {{v}}\n"),
        at(BASH, "echo 'machine api.heroku.com login me@acme.io password {{v}}' >> ~/.netrc"),
    ] },
    Placed { name: "pgpass", shape: Made(shape::weak), places: &[
        at(WRITE, "# hostname:port:database:username:password\ndb.acme.io:5432:{{svc}}:{{user}}:{{v}}\n"),
        at(BASH, "echo 'db.acme.io:5432:*:{{user}}:{{v}}' > ~/.pgpass && chmod 600 ~/.pgpass"),
    ] },
    Placed { name: "htpasswd-hash", shape: Bare("<S22>/<W8>."), places: &[
        at(WRITE, "{{user}}:$apr1${{<W8>}}${{v}}\n"),
        at(BASH, "cat > .htpasswd <<'EOF'\n{{user}}:$2y$10${{v}}\nEOF"),
    ] },
    Placed { name: "shadow-hash", shape: Bare("<W16>$<S86>"), places: &[
        at(WRITE, "root:$6${{v}}:19700:0:99999:7:::\ndaemon:*:19700:0:99999:7:::\n"),
    ] },
    Placed { name: "wireguard-key", shape: Bare("<B42>A="), places: &[
        at(WRITE, "[Interface]\nPrivateKey = {{v}}\nAddress = 10.0.0.2/24\n\n[Peer]\nPublicKey = {{<B43>}}=\nAllowedIPs = 0.0.0.0/0\n"),
        at(BASH, "wg set wg0 peer {{<B43>}}= preshared-key <(echo {{v}})"),
        at(BASH, "echo '{{v}}' | wg pubkey"),
    ] },
    Placed { name: "docker-auth", shape: Made(shape::basic), places: &[
        at(WRITE, "{\n  \"auths\": {\n    \"registry.acme.io\": { \"auth\": \"{{v}}\" }\n  }\n}\n"),
        at(BASH, "echo '{\"auths\":{\"ghcr.io\":{\"auth\":\"{{v}}\"}}}' > ~/.docker/config.json"),
    ] },
    Placed { name: "npmrc-auth", shape: Made(shape::basic), places: &[
        at(WRITE, "registry=https://npm.acme.io/\n//npm.acme.io/:_auth={{v}}\nalways-auth=true\n"),
        at(BASH, "npm config set //npm.acme.io/:_authToken {{v}}"),
        at(BASH, "npm set //registry.npmjs.org/:_authToken={{v}}"),
    ] },
    Placed { name: "npmrc-token", shape: Bare("<uuid>"), places: &[
        at(WRITE, "@acme:registry=https://npm.acme.io/\n//npm.acme.io/:_authToken={{v}}\n"),
        at(BASH, "echo \"//npm.acme.io/:_authToken={{v}}\" > .npmrc && npm publish"),
    ] },
    Placed { name: "yarnrc-token", shape: Bare("<S40>"), places: &[
        at(WRITE, "npmScopes:\n  acme:\n    npmRegistryServer: \"https://npm.acme.io\"\n    npmAuthToken: \"{{v}}\"\n"),
    ] },
    Placed { name: "pypirc", shape: Made(shape::generated), places: &[
        at(WRITE, "[distutils]\nindex-servers = acme\n\n[acme]\nrepository = https://pypi.acme.io\nusername = {{user}}\npassword = {{v}}\n"),
        at(BASH, "twine upload -u {{user}} -p {{v}} dist/*"),
        at(BASH, "pip install --index-url https://{{user}}:{{v}}@pypi.acme.io/simple acme-lib"),
        at(BASH, "poetry config http-basic.acme {{user}} {{v}}"),
    ] },
    Placed { name: "maven-gradle", shape: Made(shape::generated), places: &[
        at(WRITE, "<servers>\n  <server>\n    <id>nexus</id>\n    <username>{{user}}</username>\n    <password>{{v}}</password>\n  </server>\n</servers>\n"),
        at(WRITE, "nexusUsername={{user}}\nnexusPassword={{v}}\norg.gradle.jvmargs=-Xmx2g\n"),
        at(BASH, "./gradlew publish -PnexusUser={{user}} -PnexusPassword={{v}}"),
    ] },
    Placed { name: "nuget-source", shape: Made(shape::generated), places: &[
        at(BASH, "dotnet nuget add source https://nuget.acme.io -n acme -u {{user}} -p {{v}} --store-password-in-clear-text"),
        at(WRITE, "<packageSourceCredentials>\n  <acme>\n    <add key=\"Username\" value=\"{{user}}\" />\n    <add key=\"ClearTextPassword\" value=\"{{v}}\" />\n  </acme>\n</packageSourceCredentials>\n"),
    ] },
    Placed { name: "database-uri", shape: Made(shape::leet), places: &[
        at(BASH, "DATABASE_URL=postgres://{{user}}:{{v:url}}@db.acme.io:5432/{{svc}} npm run migrate"),
        at(WRITE, "SQLALCHEMY_DATABASE_URI = \"mysql+pymysql://{{user}}:{{v:url}}@db/{{svc}}?charset=utf8mb4\"\n"),
        at(EDIT, "datasource db {\n  provider = \"postgresql\"\n  url      = \"postgresql://{{user}}:{{v:url}}@localhost:5432/{{svc}}\"\n}\n"),
        at(BASH, "psql 'postgresql://db.acme.io/{{svc}}?user={{user}}&password={{v:url}}'"),
    ] },
    Placed { name: "redis-uri", shape: Made(shape::generated), places: &[
        at(WRITE, "REDIS_URL=redis://:{{v}}@cache.acme.io:6379/0\n"),
        at(BASH, "redis-cli -u rediss://default:{{v}}@eu1-redis.upstash.io:6379 info"),
    ] },
    Placed { name: "amqp-uri", shape: Made(shape::weak), places: &[
        at(WRITE, "broker_url: amqps://{{user}}:{{v}}@rabbit.acme.io/prod\n"),
        at(EDIT, "app = Celery('tasks', broker='amqp://{{user}}:{{v}}@localhost//')"),
    ] },
    Placed { name: "mongodb-uri", shape: Made(shape::generated), places: &[
        at(BASH, "mongodump --uri \"mongodb+srv://{{user}}:{{v}}@cluster1.mongodb.net/{{svc}}\""),
        at(WRITE, "MONGODB_URI: mongodb://{{user}}:{{v}}@m1:27017,m2:27017/{{svc}}?replicaSet=rs0\n"),
    ] },
    Placed { name: "smtp-uri", shape: Made(shape::generated), places: &[
        at(WRITE, "MAILER_DSN=smtp://{{user}}:{{v}}@smtp.acme.io:587\n"),
        at(BASH, "swaks --to a@b.io --server smtp.acme.io --auth-user {{user}} --auth-password {{v}}"),
        at(BASH, "curl --ssl-reqd smtps://smtp.acme.io --mail-from me@acme.io -u '{{user}}:{{v}}' -T mail.txt"),
    ] },
    Placed { name: "adonet", shape: Made(shape::symbols), places: &[
        at(WRITE, "{\n  \"ConnectionStrings\": {\n    \"Default\": \"Server=tcp:sql.acme.io,1433;Database={{svc}};User ID={{user}};Password={{v:json}};Encrypt=True;\"\n  }\n}\n"),
    ] },
    Placed { name: "adonet-simple", shape: Made(shape::generated), places: &[
        at(WRITE, "<add name=\"Main\" connectionString=\"Data Source=db;Initial Catalog={{svc}};User Id=sa;Pwd={{v}};\" />\n"),
        at(BASH, "dotnet ef database update --connection 'Host=db;Database={{svc}};Username={{user}};Password={{v}}'"),
    ] },
    Placed { name: "odbc", shape: Made(shape::generated), places: &[
        at(EDIT, "cnxn = pyodbc.connect('DRIVER={ODBC Driver 18};SERVER=db;DATABASE={{svc}};UID={{user}};PWD={{v}}')"),
        at(BASH, "isql -v -k 'DRIVER=PostgreSQL;SERVER=db;UID={{user}};PWD={{v}};'"),
    ] },
    Placed { name: "jdbc", shape: Made(shape::generated), places: &[
        at(WRITE, "spring.datasource.url=jdbc:mysql://db:3306/{{svc}}?user={{user}}&password={{v}}\n"),
        at(EDIT, "DriverManager.getConnection(\"jdbc:postgresql://db/{{svc}}\", \"{{user}}\", \"{{v}}\");"),
        at(WRITE, "url: jdbc:oracle:thin:{{user}}/{{v}}@//db.acme.io:1521/ORCL\n"),
    ] },
    Placed { name: "oracle-connect", shape: Made(shape::weak), places: &[
        at(BASH, "sqlplus {{user}}/{{v}}@//db.acme.io:1521/ORCL @migrate.sql"),
    ] },
    Placed { name: "azure-storage-connection", shape: Bare("<B86>=="), places: &[
        at(BASH, "az storage blob list --connection-string 'DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={{v}};EndpointSuffix=core.windows.net' -c data"),
        at(WRITE, "AzureWebJobsStorage=DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={{v}}\n"),
        at(BASH, "az storage blob upload --account-name acme --account-key {{v}} -c data -f a.csv"),
    ] },
    Placed { name: "azure-service-bus", shape: Bare("<B43>="), places: &[
        at(WRITE, "SERVICEBUS=Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={{v}}\n"),
        at(EDIT, "const client = new EventHubProducerClient('Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Send;SharedAccessKey={{v}};EntityPath=orders');"),
    ] },
    Placed { name: "azure-sas", shape: Bare("<W20>%2B<W20>%3D"), places: &[
        at(BASH, "azcopy copy 'https://acme.blob.core.windows.net/data?sv=2024-11-04&ss=b&srt=sco&sp=rl&se=2026-12-31T00:00:00Z&sig={{v}}' ./data --recursive"),
        ("WebFetch", "url", "https://acme.blob.core.windows.net/data/a.csv?sp=r&st=2026-01-01&se=2026-02-01&spr=https&sv=2024-11-04&sr=b&sig={{v}}"),
    ] },
    Placed { name: "presigned-url", shape: Bare("<H64>"), places: &[
        at(BASH, "curl -o a.zip 'https://acme.s3.amazonaws.com/a.zip?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261120T091403Z&X-Amz-Expires=900&X-Amz-Signature={{v}}'"),
        ("WebFetch", "url", "https://storage.googleapis.com/acme/a.zip?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Expires=900&X-Goog-Signature={{v}}"),
    ] },
    Placed { name: "aws-credentials-file", shape: Bare("<B40>"), places: &[
        at(WRITE, "[default]\nregion = eu-west-1\naws_secret_access_key = {{v}}\n"),
        at(BASH, "aws configure set aws_secret_access_key {{v}} --profile {{svc}}"),
        at(BASH, "rclone config create remote s3 provider=AWS secret_access_key={{v}} region=eu-west-1"),
        at(EDIT, "s3 = boto3.client('s3', region_name='eu-west-1', aws_secret_access_key='{{v}}')"),
    ] },
    Placed { name: "gcp-service-account", shape: Made(shape::pem_pkcs8), places: &[
        at(WRITE, "{\n  \"type\": \"service_account\",\n  \"project_id\": \"acme\",\n  \"private_key\": \"{{v:json}}\\n\",\n  \"client_email\": \"ci@acme.iam.gserviceaccount.com\"\n}\n"),
        at(BASH, "export GOOGLE_CREDENTIALS='{\"type\":\"service_account\",\"private_key\":\"{{v:json}}\"}'"),
    ] },
    Placed { name: "private-key-pkcs8", shape: Made(shape::pem_pkcs8), places: &[
        at(WRITE, "{{v}}\n"),
        at(BASH, "cat > tls.key << 'PEM'\n{{v}}\nPEM\nopenssl rsa -in tls.key -check -noout"),
        at(WRITE, "tls:\n  key: |\n    {{v:indent}}\n  port: 443\n"),
        at(EDIT, "const pem = `{{v}}`;\nexport default pem;"),
        at(WRITE, "TLS_KEY=\"{{v:json}}\"\nPORT=443\n"),
        ("mcp__vault__write", "arguments", "{\"path\": \"pki/{{svc}}\", \"data\": {\"pem\": \"{{v:json}}\"}}"),
        at(BASH, "echo {{v:b64}} | base64 -d > key.pem"),
    ] },
    Placed { name: "private-key-encrypted", shape: Made(shape::pem_encrypted), places: &[at(WRITE, "{{v}}\n")] },
    Placed { name: "private-key-openssh", shape: Made(shape::pem_openssh), places: &[
        at(BASH, "mkdir -p ~/.ssh && cat > ~/.ssh/id_ed25519 <<EOF\n{{v}}\nEOF\nchmod 600 ~/.ssh/id_ed25519"),
        at(BASH, "ssh-add - <<< \"{{v}}\""),
        at(EDIT, "+{{v}}\n"),
    ] },
    Placed { name: "private-key-dsa", shape: Made(shape::pem_dsa), places: &[at(WRITE, "{{v}}\n")] },
    Placed { name: "private-key-ed25519", shape: Made(shape::pem_ed25519), places: &[
        at(WRITE, "{{v}}\n"),
        at(EDIT, "signing_key = \"{{v:json}}\""),
    ] },
    Placed { name: "private-key-legacy", shape: Made(shape::pem_legacy_encrypted), places: &[at(WRITE, "{{v}}\n")] },
    Placed { name: "private-key-putty", shape: Made(shape::putty_key), places: &[
        at(WRITE, "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: ops\nPublic-Lines: 1\n{{<B60>}}\nPrivate-Lines: 3\n{{v}}\nPrivate-MAC: {{<H64>}}\n"),
    ] },
    Placed { name: "jwk-private", shape: Bare("<S43>"), places: &[
        at(WRITE, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{{<S43>}}\",\"y\":\"{{<S43>}}\",\"d\":\"{{v}}\"}\n"),
        at(WRITE, "{\"kty\":\"oct\",\"kid\":\"a1\",\"alg\":\"HS256\",\"k\":\"{{v}}\"}\n"),
    ] },
    Placed { name: "mnemonic", shape: Made(shape::mnemonic), places: &[
        at(WRITE, "MNEMONIC=\"{{v}}\"\nRPC_URL=https://rpc.acme.io\n"),
        at(BASH, "npx hardhat run deploy.js --mnemonic '{{v}}'"),
        at(EDIT, "accounts: { mnemonic: \"{{v}}\", count: 10 },"),
        at(WRITE, "seed_phrase: {{v}}\nnetwork: mainnet\n"),
    ] },
    Placed { name: "ethereum-account", shape: Bare("<H64>"), places: &[
        at(BASH, "cast send 0x{{<H40>}} 'mint()' --private-key 0x{{v}} --rpc-url https://rpc.acme.io"),
        at(EDIT, "networks: { sepolia: { url: rpc, accounts: [\"0x{{v}}\"] } },"),
    ] },
    Placed { name: "rpc-url-key", shape: Bare("<H32>"), places: &[
        at(WRITE, "RPC_URL=https://mainnet.infura.io/v3/{{v}}\n"),
        at(BASH, "anvil --fork-url https://eth-mainnet.g.alchemy.com/v2/{{v}}"),
    ] },
    Placed { name: "slack-webhook", shape: Bare("<U9>/<U11>/<W24>"), places: &[
        at(BASH, "curl -X POST -H 'Content-type: application/json' -d '{\"text\":\"done\"}' https://hooks.slack.com/services/T{{v}}"),
        at(WRITE, "slack:\n  webhook: https://hooks.slack.com/services/T{{v}}\n"),
    ] },
    Placed { name: "discord-webhook", shape: Bare("<D18>/<S68>"), places: &[
        at(BASH, "curl -d '{\"content\":\"hi\"}' https://discord.com/api/webhooks/{{v}}"),
    ] },
    Placed { name: "teams-webhook", shape: Bare("<uuid>@<uuid>/IncomingWebhook/<H32>/<uuid>"), places: &[
        at(WRITE, "TEAMS_URL=https://acme.webhook.office.com/webhookb2/{{v}}\n"),
    ] },
    Placed { name: "zapier-hook", shape: Bare("<D7>/<w7>"), places: &[
        at(BASH, "curl -X POST https://hooks.zapier.com/hooks/catch/{{v}}/ -d 'a=1'"),
    ] },
    Placed { name: "telegram-url", shape: Bare("<D10>:AA<S33>"), places: &[
        at(BASH, "curl -s 'https://api.telegram.org/bot{{v}}/sendMessage?chat_id=42&text=hi'"),
        ("WebFetch", "url", "https://api.telegram.org/bot{{v}}/getUpdates"),
    ] },
    Placed { name: "sentry-dsn", shape: Bare("<H32>"), places: &[
        at(WRITE, "SENTRY_DSN=https://{{v}}@o45012.ingest.sentry.io/4501\n"),
        at(EDIT, "Sentry.init({ dsn: 'https://{{v}}@sentry.acme.io/12', tracesSampleRate: 0.1 });"),
    ] },
    Placed { name: "cloudinary-url", shape: Bare("<S27>"), places: &[
        at(WRITE, "CLOUDINARY_URL=cloudinary://{{<D15>}}:{{v}}@acme\n"),
    ] },
    Placed { name: "session-cookie", shape: Bare("s%3A<S32>.<S43>"), places: &[
        at(BASH, "curl -b 'connect.sid={{v}}; lang=de' https://app.acme.io/account"),
        at(BASH, "curl https://app.acme.io/ -H 'Cookie: theme=dark; auth_session={{v}}'"),
        at(BASH, "curl --cookie \"JSESSIONID={{v}}\" https://app.acme.io/"),
        at(WRITE, "# Netscape HTTP Cookie File\n.acme.io\tTRUE\t/\tTRUE\t1798675200\tsession_id\t{{v}}\n"),
        at(EDIT, "await context.addCookies([{ name: 'sessionToken', value: '{{v}}', domain: '.acme.io', path: '/' }]);"),
        at(EDIT, "document.cookie = 'sid={{v}}; path=/; secure';"),
        ("mcp__browser__set_cookie", "arguments", "{\"name\": \"session\", \"value\": \"{{v}}\", \"domain\": \".acme.io\"}"),
        at(EDIT, "HTTP/1.1 200 OK\nSet-Cookie: session={{v}}; HttpOnly; Secure\nContent-Length: 12\n"),
    ] },
    Placed { name: "csrf-and-session", shape: Bare("<w26>"), places: &[
        at(BASH, "curl -b PHPSESSID={{v}} https://shop.acme.io/cart"),
        ("WebFetch", "url", "https://shop.acme.io/account;jsessionid={{v}}?tab=orders"),
    ] },
    Placed { name: "otp-seed", shape: Bare("<Q32>"), places: &[
        at(BASH, "oathtool -b --totp '{{v}}'"),
        at(WRITE, "otpauth://totp/Acme:{{user}}?secret={{v}}&issuer=Acme&digits=6\n"),
        at(EDIT, "totp = pyotp.TOTP('{{v}}')"),
        at(WRITE, "MFA_SEED={{v}}\nMFA_DIGITS=6\n"),
    ] },
    Placed { name: "recovery-codes", shape: Bare("<w5>-<w5>"), places: &[
        at(WRITE, "recovery_code: {{v}}\n"),
    ] },
    Placed { name: "one-time-code", shape: Bare("<D6>"), places: &[
        at(BASH, "npm publish --otp={{v}}"),
        at(BASH, "aws sts get-session-token --serial-number arn:aws:iam::123456789012:mfa/{{user}} --token-code {{v}}"),
    ] },
    Placed { name: "oauth-code", shape: Bare("4/0<S70>"), places: &[
        ("WebFetch", "url", "https://app.acme.io/oauth/callback?code={{v:url}}&scope=email"),
        at(BASH, "curl -d 'code={{v:url}}&grant_type=authorization_code' https://oauth2.googleapis.com/token"),
    ] },
    Placed { name: "kube-config", shape: Bare("<B400>"), places: &[
        at(WRITE, "users:\n- name: admin\n  user:\n    client-key-data: {{v}}\n"),
        at(BASH, "kubectl config set users.admin.client-key-data {{v}}"),
    ] },
    Placed { name: "kube-token", shape: Made(shape::jwt), places: &[
        at(BASH, "kubectl --server https://k8s.acme.io --token={{v}} get pods -A"),
        at(WRITE, "users:\n- name: ci\n  user:\n    token: {{v}}\n"),
    ] },
    Placed { name: "kubeadm-join", shape: Bare("<w6>.<w16>"), places: &[
        at(BASH, "kubeadm join 10.0.0.1:6443 --token {{v}} --discovery-token-ca-cert-hash sha256:{{<H64>}}"),
    ] },
    Placed { name: "swarm-token", shape: Form("SWMTKN-1-<w50>-<w25>"), places: &[
        at(BASH, "docker swarm join --token {{v}} 10.0.0.1:2377"),
    ] },
    Placed { name: "k3s-token", shape: Form("K10<H64>::server:<H32>"), places: &[
        at(BASH, "curl -sfL https://get.k3s.io | K3S_URL=https://m1:6443 K3S_TOKEN={{v}} sh -"),
    ] },
    Placed { name: "ldap-bind", shape: Made(shape::leet), places: &[
        at(WRITE, "ldap:\n  bindDN: cn=svc,dc=acme,dc=io\n  bindPW: '{{v}}'\n"),
        at(WRITE, "AUTH_LDAP_BIND_DN=cn=svc\nAUTH_LDAP_BIND_PASSWORD={{v}}\n"),
        at(BASH, "ldapmodify -x -D cn=admin -w {{v:sh}} -f change.ldif"),
        at(WRITE, "dn: uid=maria,ou=people,dc=acme,dc=io\nchangetype: modify\nreplace: userPassword\nuserPassword: {{v}}\n"),
    ] },
    Placed { name: "vpn", shape: Made(shape::generated), places: &[
        at(BASH, "echo '{{v}}' | sudo openconnect --user={{user}} --passwd-on-stdin vpn.acme.io"),
        at(WRITE, "conn office\n  left=%any\n: PSK \"{{v}}\"\n"),
        at(BASH, "printf '{{user}}\\n{{v}}\\n' > /etc/openvpn/auth.txt"),
        at(WRITE, "vpn.acme.io %any : PSK '{{v}}'\n"),
    ] },
    Placed { name: "wifi", shape: Made(shape::dashed), places: &[
        at(WRITE, "network={\n    ssid=\"acme\"\n    psk=\"{{v}}\"\n}\n"),
        at(BASH, "nmcli connection modify office wifi-sec.psk {{v}}"),
        at(BASH, "networksetup -setairportnetwork en0 acme {{v}}"),
    ] },
    Placed { name: "snmp-community", shape: Made(shape::weak), places: &[
        at(BASH, "snmpwalk -v3 -u {{user}} -l authPriv -a SHA -A {{v}} -x AES -X {{v}} sw1.acme.io"),
    ] },
    Placed { name: "ansible-vault-inline", shape: Made(shape::weak), places: &[
        at(WRITE, "all:\n  vars:\n    ansible_user: {{user}}\n    ansible_ssh_pass: {{v}}\n"),
        at(WRITE, "[web]\nweb1 ansible_host=10.0.0.4 ansible_password={{v}} ansible_user={{user}}\n"),
    ] },
    Placed { name: "sql-literal", shape: Made(shape::weak), places: &[
        at(BASH, "mysql -e \"ALTER USER '{{user}}'@'localhost' IDENTIFIED BY '{{v}}'; FLUSH PRIVILEGES;\""),
        at(BASH, "mysql -e \"SET PASSWORD FOR '{{user}}'@'%' = PASSWORD('{{v}}')\""),
        at(BASH, "psql -U postgres -c \"alter user {{user}} password '{{v}}'\""),
        at(WRITE, "CREATE LOGIN {{user}} WITH PASSWORD = '{{v}}', CHECK_POLICY = OFF;\n"),
        at(WRITE, "CREATE USER {{user}} IDENTIFIED WITH sha256_password BY '{{v}}';\n"),
        at(WRITE, "GRANT ALL ON {{svc}}.* TO '{{user}}'@'%' IDENTIFIED BY '{{v}}';\n"),
        at(WRITE, "SELECT dblink_connect('host=db user={{user}} password={{v}} dbname={{svc}}');\n"),
        at(WRITE, "insert into accounts (id, login, passwd) values (7, '{{user}}', '{{v}}');\n"),
        at(WRITE, "SELECT pgp_sym_encrypt('data', '{{v}}');\n"),
        ("mcp__postgres__query", "arguments", "{\"sql\": \"SELECT crypt('{{v}}', gen_salt('bf'))\"}"),
    ] },
    Placed { name: "snowflake", shape: Made(shape::generated), places: &[
        at(BASH, "SNOWSQL_PWD={{v}} snowsql -a acme -u {{user}} -q 'select 1'"),
        at(EDIT, "engine = create_engine('snowflake://{{user}}:{{v}}@acme/{{svc}}/public')"),
    ] },
    Placed { name: "expect-script", shape: Made(shape::weak), places: &[
        at(BASH, "expect <<'EOF'\nspawn ssh root@web1\nexpect \"*assword:\"\nsend \"{{v}}\\r\"\nexpect eof\nEOF"),
    ] },
    Placed { name: "heredoc-password", shape: Made(shape::weak), places: &[
        at(BASH, "sudo -S systemctl restart nginx <<< '{{v}}'"),
        at(BASH, "passwd {{user}} <<EOF\n{{v}}\n{{v}}\nEOF"),
        at(BASH, "printf '%s\\n%s\\n' '{{v}}' '{{v}}' | smbpasswd -s -a {{user}}"),
    ] },
    Placed { name: "powershell-secure-string", shape: Made(shape::weak), places: &[
        at(BASH, "$pw = ConvertTo-SecureString '{{v}}' -AsPlainText -Force"),
        at(BASH, "New-LocalUser -Name {{user}} -Password (ConvertTo-SecureString \"{{v}}\" -AsPlainText -Force)"),
        at(BASH, "cmdkey /add:files /user:{{user}} /pass:{{v}}"),
        at(BASH, "net user {{user}} {{v}} /add"),
    ] },
    Placed { name: "keychain", shape: Made(shape::generated), places: &[
        at(BASH, "security add-generic-password -a {{user}} -s acme -w {{v}}"),
        at(BASH, "security unlock-keychain -p {{v}} login.keychain"),
    ] },
    Placed { name: "codesign", shape: Bare("<L4>-<L4>-<L4>-<L4>"), places: &[
        at(BASH, "xcrun notarytool submit app.zip --apple-id me@acme.io --team-id AB12CD34EF --password {{v}} --wait"),
        at(BASH, "xcrun altool --upload-app -f a.ipa -u me@acme.io -p {{v}}"),
    ] },
    Placed { name: "jwt-in-websocket", shape: Made(shape::jwt), places: &[
        ("WebFetch", "url", "https://app.acme.io/stream?jwt={{v}}"),
        at(EDIT, "const socket = io(url, { auth: { token: '{{v}}' } });"),
    ] },
    Placed { name: "digest-header", shape: Bare("<H64>"), places: &[
        at(BASH, "curl -H 'X-Hub-Signature-256: sha256={{v}}' -d @body.json https://hooks.acme.io/github"),
        at(BASH, "curl -H 'Authorization: AWS4-HMAC-SHA256 Credential=test/20261120/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature={{v}}' https://s3.acme.io/"),
    ] },
    Placed { name: "proxy-url", shape: Made(shape::weak), places: &[
        at(BASH, "export https_proxy=http://{{user}}:{{v}}@proxy.acme.io:3128"),
        at(BASH, "curl -x socks5://{{user}}:{{v}}@10.1.1.1:1080 https://example.com"),
        at(BASH, "curl --proxy proxy:3128 --proxy-user {{user}}:{{v}} https://example.com"),
    ] },
    Placed { name: "git-credential", shape: Bare("<w40>"), places: &[
        at(WRITE, "https://{{user}}:{{v}}@git.acme.io\n"),
        at(BASH, "git credential approve <<EOF\nprotocol=https\nhost=git.acme.io\nusername={{user}}\npassword={{v}}\nEOF"),
        at(BASH, "git clone https://{{v}}@git.acme.io/acme/{{svc}}.git"),
        at(WRITE, "[url \"https://oauth2:{{v}}@git.acme.io/\"]\n  insteadOf = https://git.acme.io/\n"),
    ] },
    Placed { name: "cargo-credentials", shape: Bare("<W32>"), places: &[
        at(WRITE, "[registries.acme]\ntoken = \"{{v}}\"\n"),
        at(BASH, "cargo login {{v}}"),
        at(BASH, "cargo publish --token {{v}}"),
    ] },
    Placed { name: "gem-credentials", shape: Bare("<H48>"), places: &[
        at(WRITE, "---\n:rubygems_api_key: {{v}}\n"),
        at(BASH, "bundle config set gems.acme.io {{user}}:{{v}}"),
    ] },
    Placed { name: "composer-auth", shape: Bare("<H40>"), places: &[
        at(WRITE, "{\"http-basic\": {\"repo.acme.io\": {\"username\": \"{{user}}\", \"password\": \"{{v}}\"}}}\n"),
        at(BASH, "composer config --global github-oauth.github.com {{v}}"),
    ] },
    Placed { name: "login-commands", shape: Bare("<W43>"), places: &[
        at(BASH, "az login --service-principal -u 00000000-0000-0000-0000-000000000000 -p {{v}} --tenant acme.io"),
        at(BASH, "vault login {{v}}"),
        at(BASH, "snyk auth {{v}}"),
        at(BASH, "wandb login {{v}}"),
        at(BASH, "huggingface-cli login --token {{v}}"),
        at(BASH, "doctl auth init -t {{v}}"),
        at(BASH, "oc login https://api.acme.io:6443 --token={{v}}"),
        at(BASH, "ngrok config add-authtoken {{v}}"),
        at(BASH, "cloudflared tunnel run --token {{v}}"),
        at(BASH, "glab auth login --hostname git.acme.io --token {{v}}"),
        at(BASH, "echo {{v}} | gh auth login --with-token"),
        at(BASH, "railway login --token {{v}}"),
        at(BASH, "sentry-cli login --auth-token {{v}}"),
        at(BASH, "argocd login cd.acme.io --username admin --password {{v}}"),
        at(BASH, "rabbitmqctl add_user {{user}} {{v}}"),
        at(BASH, "aws configure set aws_session_token {{v}}"),
        at(BASH, "dotnet user-secrets set Auth:ClientSecret {{v}}"),
        at(BASH, "firebase deploy --token {{v}}"),
        at(BASH, "sonar-scanner -Dsonar.projectKey=acme -Dsonar.login={{v}}"),
        at(BASH, "mc alias set acme https://minio.acme.io minioadmin {{v}}"),
        at(BASH, "influx config create -n acme -u http://db:8086 -o acme -t {{v}}"),
        at(BASH, "java -Dapi.token={{v}} -jar app.jar"),
    ] },
];
