"""Texts with a secret in them, each of a shape of its own, and texts that only look like it.

No text holds a whole secret in this file: scanners of repositories would take them for real.
"""

from __future__ import annotations

from typing import Final, NamedTuple

LETTERS: Final = "Kq7Zx2Vn9Rb4Tm6Lw8Yc3Hd5Jf1Gs0PaKq7Zx2Vn9Rb4Tm6Lw8Yc3Hd5Jf1Gs0Pa"
BASE64: Final = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDKq7Zx2Vn9Rb4T"
HEX: Final = "c0ffee00d15ea5edc0ffee00d15ea5ed"


class Canary(NamedTuple):
    """A text, and the part of it that must be hidden."""

    name: str
    text: str
    secret: str


def _canary(name: str, before: str, secret: str, after: str = "") -> Canary:
    return Canary(name, before + secret + after, secret)


CANARIES: Final = (
    _canary("aws-key", "key ", "AKIA" + "IOSFODNN7CANARY0"[:16]),
    _canary("aws-secret", "aws_secret_access_key = ", LETTERS[:40]),
    _canary("aws-session", "AWS_SESSION_TOKEN=", "FwoGZXIvYXdz" + LETTERS),
    _canary("github", "pushed with ", "ghp_" + LETTERS[:36]),
    _canary("github-fine", "pushed with ", "github_pat_" + LETTERS[:40]),
    _canary("gitlab", "pushed with ", "glpat-" + LETTERS[:20]),
    _canary("slack", "posted with ", "xoxb-" + "1234567890-" + LETTERS[:24]),
    _canary("slack-app", "posted with ", "xapp-1-" + LETTERS[:30]),
    _canary(
        "slack-hook", "to https://hooks.slack.com/services/", "T0CANARY/B0CANARY/" + LETTERS[:24]
    ),
    _canary("discord", "to https://hooks.example.org/api/webhooks/123456789/", LETTERS[:60]),
    _canary("stripe", "charged with ", "sk_live_" + LETTERS[:24]),
    _canary("google", "asked with ", "AIza" + LETTERS[:35]),
    _canary("google-oauth", "asked with ", "ya29." + LETTERS),
    _canary("google-secret", "asked with ", "GOCSPX-" + LETTERS[:28]),
    _canary("azure", "AccountName=x;AccountKey=", LETTERS + "==", ";EndpointSuffix=y"),
    _canary("azure-app", "asked with ", "abc8Q~" + LETTERS[:34]),
    _canary("npm", "published with ", "npm_" + LETTERS[:36]),
    _canary("pypi", "published with ", "pypi-" + LETTERS),
    _canary("sendgrid", "mailed with ", "SG." + LETTERS[:22] + "." + LETTERS[:43]),
    _canary("digitalocean", "made with ", "dop_v1_" + HEX * 2),
    _canary("vault", "read with ", "hvs." + LETTERS[:30]),
    _canary("docker-hub", "pulled with ", "dckr_pat_" + LETTERS[:27]),
    _canary("grafana", "drawn with ", "glsa_" + LETTERS[:32] + "_0a1b2c3d"),
    _canary("openai", "asked with ", "sk-" + "proj-" + LETTERS[:40]),
    _canary("jwt", "sent ", "eyJhbGciOiJI.eyJzdWIiOiIx." + LETTERS[:30]),
    _canary("bearer", "GET / Bearer ", LETTERS[:32]),
    _canary("authorization", "> Authorization: Basic ", "Y2FuYXJ5" + LETTERS[:16]),
    _canary("api-header", "> X-Api-Key: ", "canary" + LETTERS[:10]),
    _canary("cookie", "> Cookie: ", "sid=canary" + LETTERS[:20] + "; theme=canary-dark"),
    _canary("set-cookie", "< Set-Cookie: ", "sid=canary" + LETTERS[20:40], ""),
    _canary(
        "url", "to postgresql://tabular:", "canary-url-" + LETTERS[:6], "@db1.example.org/tabular"
    ),
    _canary(
        "redis-url", "to redis://:", "canary-redis-" + LETTERS[:6], "@cache.example.org:6379/0"
    ),
    _canary("no-scheme", "to tabular:", "canary-plain-" + LETTERS[:6], "@db1.example.org:5432/x"),
    _canary("query", "GET /hook?a=b&token=", "canary-query-" + LETTERS[:6], "&c=d 200"),
    _canary("signed", "GET /blob?sv=1&sig=", LETTERS[:43] + "%3D"),
    _canary("dsn", "host=db1 user=x password=", "canary-dsn-" + LETTERS[:6], " dbname=y"),
    _canary("odbc", "Server=db1;Password=", "canary,odbc&" + LETTERS[:6], ";User Id=x"),
    _canary("env", "PGPASSWORD=", "canary-pg-" + LETTERS[:6]),
    _canary("env-suffix", "export DB_PASSWORD_2=", "'canary env " + LETTERS[:6] + "'"),
    _canary("yaml", "  smtp_password: ", "correct horse canary " + LETTERS[:6], "  # of the mail"),
    _canary("json", '{"user": "x", "client_secret": "', 'canary \\" json ' + LETTERS[:6], '"}'),
    _canary("json-in-log", 'body={\\"token\\": \\"', "canary-inner-" + LETTERS[:6], '\\"}'),
    _canary("ini", "secret_key = ", "canary ini " + LETTERS[:6]),
    _canary("python", "connect(user='x', password='", "canary-py-" + LETTERS[:6], "')"),
    _canary("option", "run --db-password ", "canary-option-" + LETTERS[:6], " --verbose"),
    _canary("option-equals", "run --token=", "canary;option," + LETTERS[:6]),
    _canary("mysql", "mysql -u root -p", "canary-mysql-" + LETTERS[:6], " -h db1"),
    _canary("curl", "curl -s -u me:", "canary-curl-" + LETTERS[:6], " https://example.org"),
    _canary("redis-cli", "redis-cli -h cache -a ", "canary-cli-" + LETTERS[:6], " PING"),
    _canary(
        "sql", "ALTER USER tabular PASSWORD '", "canary''sql " + LETTERS[:6], "' VALID UNTIL x"
    ),
    _canary("redis-conf", "requirepass ", "canary-conf-" + LETTERS[:6]),
    _canary("pgpass", "db1.example.org:5432:tabular:app:", "canary-pgpass-" + LETTERS[:6]),
    _canary("bcrypt", "deploy:", "$2y$10$" + LETTERS[:53]),
    _canary(
        "shadow",
        "root:",
        "$6$rounds=5000$canarysalt$" + LETTERS + LETTERS[:20],
        ":19000:0:99999:7:::",
    ),
    _canary("yescrypt", "root:", "$y$j9T$canarysalt$" + LETTERS[:43], ":19000::"),
    _canary("apr1", "deploy:", "$apr1$canarysa$" + LETTERS[:22]),
    _canary("argon2", "hash ", "$argon2id$v=19$m=65536,t=3,p=4$Y2FuYXJ5$" + LETTERS[:43]),
    _canary("scram", "role x ", "SCRAM-SHA-256$4096:Y2FuYXJ5$" + LETTERS[:43]),
    _canary("pg-md5", "role x ", "md5" + HEX),
    _canary("long-option", "--password ", "canary" + LETTERS[:10]),
    _canary("redis-variable", "REDISCLI_AUTH=", "canary" + LETTERS[:10]),
    _canary("wifi", 'psk="', "canary" + LETTERS[:10], '"'),
    _canary("in-an-address", "user%3Dx%26password%3D", "canary" + LETTERS[:10]),
    _canary("signed-address", "GET /x?X-Amz-Signature=", HEX * 2, "&x=1"),
    _canary("xml", "<dbPassword>", "canary" + LETTERS[:10], "</dbPassword>"),
    _canary("php", "define('DB_PASSWORD', '", "canary" + LETTERS[:10], "');"),
    _canary("registry", '"auth": "', "Y2FuYXJ5" + LETTERS[:16], '"'),
    _canary("oracle", "jdbc:oracle:thin:x/", "canary" + LETTERS[:10], "@db:1521/x"),
    _canary("netrc", "machine x login y password ", "canary" + LETTERS[:10]),
    _canary("netrc-line", "  password ", "canary" + LETTERS[:10]),
    _canary("snmp", "rocommunity ", "canary" + LETTERS[:10]),
    _canary("telegram", "sent with ", "7004005006:AA" + LETTERS[:33]),
)
"""One line each."""

SETTINGS: Final = ("redis-conf", "pgpass", "yaml", "ini", "netrc-line", "snmp")
"""Names of those that are one at the beginning of a line alone."""

KEY_LINES: Final = tuple(BASE64[index:] + BASE64[:index] for index in range(20))
PRIVATE_KEY: Final = "\n".join(
    (
        "-----BEGIN RSA PRIVATE" + " KEY-----",
        *KEY_LINES,
        "Q2FuYXJ5==",
        "-----END RSA PRIVATE" + " KEY-----",
    )
)
"""A private key, of which no line may be left."""
BLOCK: Final = "token: |\n  canary-block-one\n  canary-block-two\nuser: x"
"""A setting over several lines."""

NEAR_MISSES: Final = (
    "commit acb7f9b1d2c3e4f5061728394a5b6c7d8e9fa0b1",
    "request 7f3c9e2a-1b2c-4d5e-8f90-a1b2c3d4e5f6 took 12ms",
    "image sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  a.tar.gz",
    "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeo==",
    "FATAL:  password authentication failed for user tabular",
    "token bucket is full, max_tokens=100 tokens_used: 4096",
    "the secret of the passwords table is its primary key (id)",
    "monkey=banana keyboard: qwerty secretary: alice author=bob",
    "GET /api/v1/data?page=2&size=100 200 0.031",
    "Bearer authentication is needed; Basic will not do",
    "2026-03-01T02:00:00Z INFO tabular.api: started on http://127.0.0.1:8000/health",
    "postgresql://tabular@db1.example.org:5432/tabular",
    "password=${DB_PASSWORD} token: {credential: chat} secret=<hidden> password: null",
    "-----BEGIN CERTIFICATE----- is no secret",
    "password expired for alice; <tokens>12</tokens> and <key>name</key>",
    "auth: failed, then a psk handshake; define('NAME', 'x') -- password",
    "alice@example.org wrote to bob@example.org:25",
    "process 4711 waits for 4712, 12s by now; exit code 137",
    "inode 123456 at 0x7ffd5e8a, 64KiB blocks, ext4 /dev/sda1 on / rw,relatime",
)
"""Lines in which nothing is hidden."""
