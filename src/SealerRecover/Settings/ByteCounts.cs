using Filecoin.Primitives;

namespace SealerRecover.Settings;

/// <summary>Reads numbers of bytes as operators write them: "34359738368", "32GiB", "512 MiB".</summary>
internal static class ByteCounts
{
    /// <summary>The number.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="origin">The option it came from, for the message.</param>
    /// <exception cref="OperatorException">BadInput: not such a number.</exception>
    public static long Parse(string text, string origin) => ByteCount.TryParse(text, out long count)
        ? count
        : throw new OperatorException(
            FailureKind.BadInput,
            $"{origin} is \"{SafeText.Short(text)}\", not a number of bytes",
            "write a whole number, alone or with KiB, MiB or GiB behind it");
}
