/** Every word of the page, in English and Japanese. */

import { assistantName, language } from "./place";

const WORDS = {
  message: ["Message", "メッセージ"],
  attach: ["Attach files", "ファイルを添付"],
  attached: ["Attached files", "添付ファイル"],
  takeBack: ["Take {file} back", "{file}を取り消す"],
  file: ["File", "ファイル"],
  preparing: ["Making the files ready…", "ファイルを準備しています…"],
  dropHere: ["Drop files to attach them", "ドロップして添付"],
  tooLarge: [
    "Too large: {files}. A message can carry 700 kB in all; pictures are made smaller as far as that goes.",
    "大きすぎて添付できません:{files}。1件のメッセージで送れるのは合計700kBまでです(画像はできるだけ縮小します)。",
  ],
  tooMany: ["At most {most} files go with a message.", "添付できるファイルは{most}つまでです。"],
  send: ["Send", "送信"],
  stop: ["Stop", "停止"],
  regenerate: ["Regenerate", "再生成"],
  copy: ["Copy", "コピー"],
  copied: ["Copied", "コピーしました"],
  copyCode: ["Copy code", "コードをコピー"],
  edit: ["Edit", "編集"],
  save: ["Send again", "送り直す"],
  cancel: ["Cancel", "キャンセル"],
  editing: ["Edit your message", "メッセージを編集"],
  newChat: ["New chat", "新しいチャット"],
  chats: ["Chats", "チャット一覧"],
  openChats: ["Open the list of chats", "チャット一覧を開く"],
  closeChats: ["Close the list of chats", "チャット一覧を閉じる"],
  noChats: ["Your chats will be kept here.", "チャットはここに残ります。"],
  today: ["Today", "今日"],
  week: ["Last seven days", "過去7日間"],
  earlier: ["Earlier", "それ以前"],
  rename: ["Rename", "名前を変更"],
  title: ["Title", "タイトル"],
  remove: ["Delete", "削除"],
  removeTitle: ["Delete this chat?", "このチャットを削除しますか？"],
  removeText: [
    "“{title}” will be gone for good, with all its messages.",
    "「{title}」とすべてのメッセージが完全に削除されます。",
  ],
  export: ["Export", "エクスポート"],
  exportAll: ["Export all", "すべて書き出す"],
  untitled: ["New chat", "新しいチャット"],
  you: ["You", "あなた"],
  conversation: ["Conversation", "会話"],
  skip: ["Skip to the message field", "メッセージ欄へ移動"],
  newest: ["Newest", "最新へ"],
  steps: ["Steps", "手順"],
  sources: ["Sources", "出典"],
  mayI: ["May I do this?", "次の操作を実行してもよろしいですか?"],
  allow: ["Yes, do it", "はい、実行する"],
  deny: ["No", "いいえ"],
  stepRunning: ["running", "実行中"],
  stepDone: ["done", "完了"],
  stepFailed: ["failed", "失敗"],
  table: ["Table", "表"],
  code: ["Code", "コード"],
  image: ["Image", "画像"],
  sending: ["Sending…", "送信しています…"],
  loading: ["Opening the chat…", "チャットを開いています…"],
  reconnecting: ["The connection is gone. Reconnecting…", "接続が切れました。再接続しています…"],
  notSent: ["This was not taken:", "受け付けられませんでした:"],
  theme: ["Appearance", "外観"],
  system: ["As the system", "システムに合わせる"],
  light: ["Light", "ライト"],
  dark: ["Dark", "ダーク"],
  kill: ["Kill the server", "サーバーを強制終了"],
  killHint: ["Pulls the plug: the answer goes on by itself", "サーバーを落としても、回答は自動的に続きます"],
  hint: ["Enter sends · Shift+Enter starts a new line", "Enterで送信・Shift+Enterで改行"],
  greeting: ["Hello, I’m {name}.", "こんにちは、{name}です。"],
  invitation: [
    "Ask me anything. You will see at once that I heard you.",
    "何でも聞いてください。すぐにお返事を始めます。",
  ],
  suggestions: ["Suggestions", "質問の例"],
  compare: ["One answer, two transports", "ひとつの回答を、二つの通信方式で"],
  compareText: [
    "One question, answered once. Both sides follow the same answer.",
    "質問は一度だけ。同じ回答を両側で同時に受け取ります。",
  ],
  webSocket: ["WebSocket", "WebSocket"],
  responseStream: ["Response stream", "レスポンスストリーム"],
  firstToken: ["to the first token", "最初の文字まで"],
  waitingForQuestion: ["Ask a question to begin.", "質問を送ると始まります。"],
  backToChat: ["Back to the chat", "チャットに戻る"],
} satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

export function say(word: Word, values: Record<string, string> = {}): string {
  const text = WORDS[word][language === "ja" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

export const greeting = (): string => say("greeting", { name: assistantName });

const SUGGESTIONS: Record<typeof language, readonly string[]> = {
  en: [
    "What can you help me with?",
    "Compare tea and coffee in a small table",
    "Write a Python function that counts words, with a test",
    "Plan a quiet weekend in Kyoto",
  ],
  ja: [
    "どんなことを手伝ってもらえますか？",
    "お茶とコーヒーを小さな表で比べてください",
    "単語を数えるPythonの関数とテストを書いてください",
    "京都で静かに過ごす週末の計画を立ててください",
  ],
};

export const suggestions = (): readonly string[] => SUGGESTIONS[language];
