/** What the tabs of one browser tell each other, and a page itself: something changed in a chat. */

export interface News {
  readonly chat: string;
}

const channel = new BroadcastChannel("aizuchi");
const hearers = new Set<(news: News) => void>();

channel.addEventListener("message", ({ data }: MessageEvent<News>) => spread(data));

export function tell(news: News): void {
  channel.postMessage(news);
  spread(news);
}

export function hear(hearer: (news: News) => void): () => void {
  hearers.add(hearer);
  return () => {
    hearers.delete(hearer);
  };
}

function spread(news: News): void {
  hearers.forEach((hearer) => hearer(news));
}
