#!/usr/bin/env python3
"""The compiler of the console's templates: what could make a value markup, code or another site's address is refused, and whatever is not whole."""
import os
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))

# a template, and where and why it is refused; None: it is not
TEMPLATES = (
    ('<p class="a">{{x.y|time}}</p>', None),
    ('<p>{% if a %}<b>{{b}}</b>{% else %}none{% end %}</p>', None),
    ('<option value="{{a}}"{% if b %} selected{% else %} hidden{% end %}>{{a}}</option>', None),
    ('<tr{% if a %} class="b"{% end %}{% if c %} hidden{% end %}><td>{{a}}</td></tr>', None),
    ('<!DOCTYPE html><html lang="en"><title>{{t}}</title></html>', None),
    ('<script>{{x}}</script>', "1:9: no value in <script>"),
    ('<script src="/a/{{x}}"></script>', None),
    ('<style>p { color: {{x}} }</style>', "1:19: no value in <style>"),
    ('<p onclick="{{x}}"></p>', "1:13: no value in attribute onclick"),
    ('<p style="{{x}}"></p>', "1:11: no value in attribute style"),
    ('<img srcset="{{x}}">', "1:14: no value in attribute srcset"),
    ('<p class={{x}}></p>', "1:10: a value stands in text, or in an attribute's quotes"),
    ("<p class='{{x}}'></p>", "1:10: values of attributes stand in double quotes"),
    ('<p {{x}}="a"></p>', "1:4: a value stands in text"),
    ('<{{x}}>', "1:2: a value stands in text"),
    ('<!-- {{x}} -->', "1:3: no comments of HTML"),
    ('<a href="{{x}}">a</a>', "1:10: an address begins with a text of the template, or is {{...|local}} as a whole"),
    ('<a href="https://{{x}}/">a</a>', "1:18: an address with a value in it begins with '/', '?' or '#'"),
    ('<a href="/{{x|time}}">a</a>', "1:11: a part of an address goes as it is"),
    ('<a href="/a{{x|local}}">a</a>', "1:12: an address begins"),
    ('<p title="{{x|local}}"></p>', "1:11: an address begins"),
    ('<a {% if x %}hre{% end %}f="{{x}}">a</a>', "1:26: a space stands between an attribute and what follows its block"),
    ('<tr{% if a %}b{% end %}></tr>', "1:14: a space stands between"),
    ('<a hre{% if x %}f{% end %}="{{x}}">a</a>', "1:7: no block within a name"),
    ('<p>{% if a %}<b>{% end %}</p>', "1:17: elements and quotes must end in the block in which they begin"),
    ('<p title="{% if a %}"{% end %}></p>', "1:22: elements and quotes must end in the block"),
    ('{% if a %}<b>{% else %}</b>{% end %}', "1:14: elements and quotes must end in the block"),
    ('<p><b></p></b>', "1:10: </p> ends no element that is open here (b)"),
    ('<p>', "1:1: <p> is not ended"),
    ('a < b', "1:4: a '<' that begins no element"),
    ('<br/>', "1:4: '/' ends no element of HTML"),
    ('{% if a %}a', "1:1: a block without its {% end %}"),
    ('{% end %}', "1:1: {% end %} ends nothing"),
    ('{% else %}', "1:1: {% else %} belongs to an if"),
    ('{% each a as b %}{% else %}{% end %}', "1:18: {% else %} belongs to an if"),
    ('{% each a as b %}{% each b.c as b %}{% end %}{% end %}', "1:18: 'b' is taken"),
    ('{% include other %}', "1:1: there is no template 'other'"),
    ('{% include t %}', "1:1: 't' includes itself"),
    ('{% run x %}', "1:1: 'run x' is nothing that a template can do"),
    ('{% if a = b %}{% end %}', "1:1: if path, if not path"),
    ('<figure class="a">{% draw usage a.b %}<figcaption>{{c}}</figcaption></figure>', None),
    ('<figure>{% if a %}{% draw usage a %}{% end %}</figure>', None),
    ('<p>{% draw usage a %}</p>', "1:4: a drawing stands in <figure>"),
    ('{% draw usage a %}', "1:1: a drawing stands in <figure>"),
    ('<figure><script>{% draw usage a %}</script></figure>', "1:17: a drawing stands in <figure>"),
    ('<figure><textarea>{% draw usage a %}</textarea></figure>', "1:19: a drawing stands in <figure>"),
    ('<figure title="{% draw usage a %}"></figure>', "1:16: a drawing stands in <figure>"),
    ('<figure {% draw usage a %}></figure>', "1:9: a drawing stands in <figure>"),
    ('<figure>{% draw other a %}</figure>', "1:9: there is no drawing 'other'"),
    ('<figure>{% draw usage %}</figure>', "1:9: draw name path"),
    ('<figure data-series="{{a}}"></figure>', "1:22: an address begins with a text"),
    ('<figure data-series="/a?b={{a}}"></figure>', None),
    ('{{a b}}', "1:1: 'a b' is no path of names"),
    ('{{a|raw}}', "1:1: there is no filter 'raw'"),
    ('{{a', "1:1: a '{{' that has no other side"),
    ('<p>\n\t}}</p>', "2:2: a '}}' that has no other side"),
)


def main():
    bad = 0
    with tempfile.TemporaryDirectory() as d:
        name = os.path.join(d, "t.html")
        for n, (text, why) in enumerate(TEMPLATES, 1):
            with open(name, "w", encoding="utf-8") as f:
                f.write(text)
            x = subprocess.run([os.path.join(TOP, "tools/pages"), os.path.join(d, "out.c"), name], capture_output=True, text=True, check=False)
            said = x.stderr.strip()
            good = x.returncode == 0 if why is None else x.returncode == 1 and f"t.html:{why}" in said
            print(f"{'ok' if good else 'not ok'} {n} - {text!r}")
            if not good:
                bad = 1
                print(f"# got: {said}\n# wanted: {why}")
        with open(name, "w", encoding="utf-8") as f:
            f.write('<table><tr><th scope="row">a</th>\n<td>b</td></tr></table><ul><li>c</li>\n<li>d</li></ul>\n')
        subprocess.run([os.path.join(TOP, "tools/pages"), os.path.join(d, "out.c"), name], check=True)
        with open(os.path.join(d, "out.c"), encoding="ascii") as f:
            lean = '<table><tr><th scope=\\042row\\042>a<td>b</table><ul><li>c<li>d</ul>' in f.read()
        print(f"{'ok' if lean else 'not ok'} {len(TEMPLATES) + 1} - ends of cells, rows and items are not sent")
        bad |= not lean
    print(f"1..{len(TEMPLATES) + 1}")
    return bad


sys.exit(main())
