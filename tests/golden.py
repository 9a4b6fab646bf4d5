"""Letters held against reviewed files, whole: what differs from run to run is masked, and times stand as hours after a moment."""
import datetime
import email.header
import os
import re
import tap

HEADERS = ("From", "To", "Reply-To", "Subject", "In-Reply-To", "Auto-Submitted", "Content-Type")
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def relative(text, base):
    def hours(m):
        at = datetime.datetime.fromisoformat(m.group().replace("Z", "+00:00")).timestamp()
        return f"T{(at - base) / 3600:+.1f}h".replace("-0.0h", "+0.0h")
    return TIME.sub(hours, text)


def plain(letter, base, masks=()):
    """The whole letter as text that is the same in every run."""
    head = [f"{name}: {email.header.make_header(email.header.decode_header(letter.message[name]))}" for name in HEADERS if letter.message[name]]
    text = f"Envelope: <{letter.sender}> -> {', '.join(f'<{r}>' for r in letter.recipients)}\n" + "\n".join(head) + "\n\n" + letter.text().replace("\r\n", "\n")
    text = re.sub(r"\babuse\+[a-z2-9]{24}@", "abuse+TOKEN@", text)
    text = re.sub(r"<[0-9a-f]{32}@", "<ID@", text)
    text = re.sub(r"(?<![\w+-])[a-z2-9]{24}\b", "RECEIPT", text)
    text = re.sub(r"/([lp])/[\w-]{22}\b", r"/\1/LINK", text)
    # whether something has been signed by then is a matter of the instant
    text = re.sub(r"\n+Ledger: \S+ \d+ \S+\s*$", "\n", text)
    text = relative(text, base)
    for what, name in masks:
        text = text.replace(what, name)
    return text.rstrip("\n") + "\n"


def is_golden(letter, path, base, what, masks=()):
    """GOLDEN=write makes the files anew, for somebody to review."""
    got = plain(letter, base, masks) if letter else "no letter\n"
    if os.environ.get("GOLDEN") == "write":
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(got)
    with open(path, encoding="utf-8") as f:
        want = f.read()
    tap.is_equal(got.split("\n"), want.split("\n"), what)
