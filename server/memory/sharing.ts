/** Makes a value from settings, or returns the one already made from equal settings. */
export function sharing<Value>() {
  const made = new Map<string, Value>();
  return (written: unknown, make: () => Value): Value => {
    const key = JSON.stringify(written);
    const value = made.get(key) ?? make();
    made.set(key, value);
    return value;
  };
}
