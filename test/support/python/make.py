# Run once by hand: see README.md.
import base64
import json
import pathlib

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

salt = bytes(range(16))
files = {".salt": salt}
kdf = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt, iterations=480000)
fernet = Fernet(base64.urlsafe_b64encode(kdf.derive("correct horse battery staple".encode())))


def tokens(name, issued_at):
    return {
        "access_token": f"python-access-of-{name}",
        "token_type": "Bearer",
        "expires_in": 3600,
        "refresh_token": f"python-refresh-of-{name}",
        "scope": "mcp:read",
        "issued_at": issued_at,
    }


def write(file, value, iv):
    token = fernet._encrypt_from_parts(json.dumps(value).encode(), 1760000000, bytes([iv]) * 16)
    files[f"{file}.enc"] = token


write("notes", tokens("notes", 1760000000.25), 1)
# The second copy, of the newer library: a StoredToken around the same fields, here renewed since.
write(
    "oauth:notes",
    {
        "token_type": "oauth",
        "name": "notes",
        "data": {**tokens("notes", 1760003000.5), "access_token": "python-access-renewed"},
        "metadata": {},
    },
    2,
)
write("my_server", {**tokens("my_server", None), "refresh_token": None, "expires_in": None, "scope": None}, 3)
# A bearer token of `token set`, which is no sign-in.
write("bearer:api", {"token_type": "bearer", "name": "api", "data": {"token": "x"}, "metadata": None}, 4)
files["notes_client.json"] = json.dumps(
        {
            "client_id": "python-client",
            "client_secret": None,
            "client_id_issued_at": 1760000000,
            "client_secret_expires_at": None,
            "redirect_uris": ["http://localhost:8080/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        },
        indent=2,
    ).encode()
# In one file, because a colon is no letter of a name everywhere.
told = {name: base64.b64encode(data).decode() for name, data in files.items()}
(pathlib.Path(__file__).parent / "tokens.json").write_text(json.dumps(told, indent=2) + "\n")
