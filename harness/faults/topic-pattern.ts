/** Topic patterns as Phoenix routes them: exact, or a prefix that ends in `*`. */
export function topicMatcher(pattern: string): (topic: string) => boolean {
  if (!pattern.endsWith('*')) return (topic) => topic === pattern;
  const prefix = pattern.slice(0, -1);
  return (topic) => topic.startsWith(prefix);
}
