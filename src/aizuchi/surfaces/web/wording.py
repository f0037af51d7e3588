"""What a person reads on the web from us, in English and Japanese, by its code."""

from collections.abc import Mapping

from aizuchi.words import Language


def language_asked(accept_language: str | None) -> Language:
    """The first of our languages that the browser names; English where it names none."""
    for wish in (accept_language or "").lower().split(","):
        if wish.strip().startswith("ja"):
            return "ja"
        if wish.strip().startswith("en"):
            return "en"
    return "en"


def line(code: str, language: Language, **values: object) -> str:
    """The line for a code."""
    english, japanese = _LINES[code]
    return (japanese if language == "ja" else english).format(**values)


def page_words(language: Language) -> Mapping[str, str]:
    """The words of the page, by their names in its template."""
    return {name: pair[language == "ja"] for name, pair in _PAGE.items()}


_LINES: dict[str, tuple[str, str]] = {
    "writing": ("Writing…", "書いています…"),
    "no_token": (
        "This needs your token: open the address that the server printed when it started.",
        "トークンが必要です。サーバーが起動時に表示したアドレスを開いてください。",
    ),
    "no_person": (
        "Your sign-in did not reach me: open this through the proxy that signs you in.",
        "サインイン情報が届きませんでした。サインインを行うプロキシ経由で開いてください。",
    ),
    "host": (
        "I do not answer to the host name {host}. "
        "If it is mine, whoever runs me can add it to hosts under [web] in aizuchi.toml.",
        "ホスト名 {host} では応答しません。"
        "正しい名前であれば、管理者が aizuchi.toml の [web] hosts に追加できます。",
    ),
    "origin": (
        "This request comes from another site, so I did nothing.",
        "別のサイトからのリクエストのため、何も行いませんでした。",
    ),
    "no_chat": ("There is no such conversation.", "その会話は見つかりません。"),
    "no_page": ("There is nothing here.", "ここには何もありません。"),
    "not_json": (
        "I could not read this request: {what}.",
        "リクエストを読み取れませんでした({what})。",
    ),
    "bad_field": (
        "I could not read this request: {field} is missing or not what it should be.",
        "リクエストを読み取れませんでした。{field} がないか、正しくありません。",
    ),
    "too_many": (
        "I am telling you {most} answers at once already. Send this when one of them has ended.",
        "すでに{most}件の回答を同時にお送りしています。どれかが終わってからお送りください。",
    ),
    "decided": (
        "A decision cannot be made again. Write what you want instead.",
        "決定はやり直せません。ご希望をメッセージでお送りください。",
    ),
    "yes": ("Yes, do it.", "はい、実行してください。"),
    "no": ("No, do not do it.", "いいえ、実行しないでください。"),
    "no_text": ("The message has no text.", "メッセージに本文がありません。"),
    "file_elsewhere": (
        "I fetch no files from elsewhere. Attach the file itself.",
        "ほかの場所にあるファイルは取得しません。ファイルそのものを添付してください。",
    ),
    "store": (
        "I could not keep your message, so I did not take it. Send it again shortly.",
        "メッセージを保存できず、お受けできませんでした。少し待ってからもう一度お送りください。",
    ),
    "store_read": (
        "I cannot reach the stored conversations. Try again shortly.",
        "保存された会話を読み出せません。少し待ってからもう一度お試しください。",
    ),
    "you": ("You", "あなた"),
    "assistant": ("Assistant", "アシスタント"),
    "untitled": ("Conversation", "会話"),
}

_PAGE: dict[str, tuple[str, str]] = {
    "lang": ("en", "ja"),
    "invite": ("What would you like to know?", "何でも聞いてください。"),
    "message": ("Message", "メッセージ"),
    "send": ("Send", "送信"),
    "stop": ("Stop", "停止"),
    "new": ("New chat", "新しいチャット"),
    "hint": ("Enter sends, Shift+Enter starts a new line", "Enterで送信、Shift+Enterで改行"),
    "reconnecting": (
        "The connection is gone. Reconnecting…",
        "接続が切れました。再接続しています…",
    ),
    "unsent": (
        "This was not sent: I cannot reach the server. It is tried again.",
        "サーバーに接続できず、まだ送信されていません。自動的に再送します。",
    ),
    "log": ("Conversation", "会話"),
    "you": ("You", "あなた"),
    "assistant": ("Assistant", "アシスタント"),
    "closed_title": ("One step more", "あと一歩です"),
    "closed": (
        "Open the address with the token that the server printed when it started, "
        "or enter the token here.",
        "サーバーが起動時に表示した、トークン付きのアドレスを開いてください。"
        "ここにトークンを入力することもできます。",
    ),
    "token": ("Token", "トークン"),
    "enter": ("Open", "開く"),
}
