/**
 * What `read` finds in a folder store. A write replaces its temporary file, and may do so between the list of the folder
 * and the read of a file: then all is read again.
 */
export async function withoutReplacedFiles<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const isGone = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isGone) throw error;
    }
  }
}
