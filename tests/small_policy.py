"""A policy of one clause for tests: email.unsolicited, opened by one report; every other clause is unused."""
import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLAUSE = "email.unsolicited"


def letter(name):
    return (f"Subject: [{{case}}] {name}\n\nDear customer,\n\n{{because}}\n\nClause {{clause}}, policy {{policy_version}}. Answer to {{reply_address}}, by {{deadline}}.\n"
            "Next: {next_step}\n\n{provider}\n")


def write(directory, enforcements, steps, letters=("first",)):
    """The text of `enforce` lines, and the steps of its ladder. Gives the directory."""
    with open(os.path.join(TOP, "src/model/clause.def"), encoding="utf-8") as f:
        clauses = re.findall(r'^(?:CLAUSE|KEPT)\("([^"]*)", "([^"]*)"', f.read(), re.M)
    title = dict(clauses)[CLAUSE]
    os.makedirs(os.path.join(directory, "letters/en"), exist_ok=True)
    for name in letters:
        with open(os.path.join(directory, "letters/en", name + ".txt"), "w") as f:
            f.write(letter(name))
    with open(os.path.join(directory, "aup.md"), "w") as f:
        f.write(f"# Policy\n\n### {title} {{#{CLAUSE}}}\n\nSend no mail to people who did not agree to it.\n")
    with open(os.path.join(directory, "aup.policy"), "w") as f:
        f.write(f"""policy "small" {{ text "aup.md"; posted 2026-03-01T00:00:00Z; effective 2026-03-01T00:00:00Z; letters "letters"; languages en }}
{enforcements}
ladder spam {{
{steps}
    forget after 180d
}}
clause {CLAUSE} "{title}" group spam {{
    rule any {{ when report messaging.spam, grade A; severity medium; ladder spam; appeal 30d; because "mail came from {{source}}" }}
}}
""" + "".join(f'clause {c} unused because "a test"\n' for c, _ in clauses if c != CLAUSE))
    return directory
