using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SealerRecover.Recovery.Records;

/// <summary>
/// Lines of JSON, each behind the first 16 hexadecimal digits of its SHA-256 and a space, ended by LF. A line counts only if it is
/// whole and its checksum fits; the first that does not ends the file, whatever follows.
/// </summary>
internal static class ChecksummedLines
{
    private const int ChecksumLength = 16;

    private static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>The bytes of <paramref name="entries"/>.</summary>
    public static byte[] Write<T>(IEnumerable<T> entries)
    {
        StringBuilder text = new();
        foreach (T entry in entries)
        {
            string json = JsonSerializer.Serialize(entry, Options);
            text.Append(Checksum(Encoding.UTF8.GetBytes(json))).Append(' ').Append(json).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The entries up to the first line that is torn, altered or no <typeparamref name="T"/>.</summary>
    public static List<T> Read<T>(ReadOnlySpan<byte> content)
    {
        List<T> entries = [];
        while (content.IndexOf((byte)'\n') is int end and > ChecksumLength)
        {
            ReadOnlySpan<byte> line = content[..end];
            content = content[(end + 1)..];
            ReadOnlySpan<byte> json = line[(ChecksumLength + 1)..];
            if (line[ChecksumLength] != ' ' || !line[..ChecksumLength].SequenceEqual(Encoding.ASCII.GetBytes(Checksum(json)))
                || Parse<T>(json) is not { } entry)
            {
                break;
            }

            entries.Add(entry);
        }

        return entries;
    }

    private static JsonSerializerOptions MakeOptions()
    {
        JsonSerializerOptions options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 16 };
        foreach (JsonConverter converter in TextConverters.All)
        {
            options.Converters.Add(converter);
        }

        return options;
    }

    private static string Checksum(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json))[..ChecksumLength];

    private static T? Parse<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options);
        }
        catch (JsonException)
        {
            return default; // The checksum fits, so another version wrote it: the line counts as not there.
        }
    }
}
