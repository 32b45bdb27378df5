import { useEffect, useState } from 'react';

/** A value once it has not changed for a moment; compared by its JSON. */
export function useRested<T>(value: T, restMs: number): T {
  const [rested, setRested] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested((text === undefined ? undefined : JSON.parse(text)) as T), restMs);
    return () => clearTimeout(timer);
  }, [text, restMs]);
  return rested;
}
