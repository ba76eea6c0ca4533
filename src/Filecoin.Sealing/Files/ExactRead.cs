using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>Positional reads that return everything asked for or fail with the file's name.</summary>
public static class ExactRead
{
    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="OperatorException">Storage: the file ends early or cannot be read.</exception>
    public static void At(IOpenFile file, long offset, Span<byte> destination, string path)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int read;
            try
            {
                read = file.Read(offset + done, destination[done..]);
            }
            catch (IOException failure)
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"reading {path} at byte {offset + done} failed: {failure.Message}",
                    "check the disk (dmesg, smartctl) and run the same command again",
                    failure);
            }

            if (read == 0)
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"{path} ends at byte {offset + done}, before it should",
                    "something shortened the file; run the same command again to make it anew");
            }

            done += read;
        }
    }
}
