using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SealerRecover.Recovery.Records;

/// <summary>
/// Lines of JSON, each behind the first 16 hexadecimal digits of its SHA-256 and a space, ended by LF. A line counts only if it is
/// whole and its checksum fits; the first that does not ends the file, whatever follows.
/// </summary>
internal static class ChecksummedLines
{
    private const int ChecksumLength = 16;

    /// <summary>The bytes of <paramref name="entries"/>.</summary>
    /// <param name="entries">One for each line.</param>
    /// <param name="type">Their type, as <see cref="JsonSerializerContext"/> knows it.</param>
    public static byte[] Write<T>(IEnumerable<T> entries, JsonTypeInfo<T> type)
    {
        StringBuilder text = new();
        foreach (T entry in entries)
        {
            string json = JsonSerializer.Serialize(entry, type);
            text.Append(Checksum(Encoding.UTF8.GetBytes(json))).Append(' ').Append(json).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The entries up to the first line that is torn, altered or no <typeparamref name="T"/>.</summary>
    /// <param name="content">Of the file.</param>
    /// <param name="type">Their type, as <see cref="JsonSerializerContext"/> knows it.</param>
    public static List<T> Read<T>(ReadOnlySpan<byte> content, JsonTypeInfo<T> type)
    {
        List<T> entries = [];
        while (content.IndexOf((byte)'\n') is int end and > ChecksumLength)
        {
            ReadOnlySpan<byte> line = content[..end];
            content = content[(end + 1)..];
            ReadOnlySpan<byte> json = line[(ChecksumLength + 1)..];
            if (line[ChecksumLength] != ' ' || !line[..ChecksumLength].SequenceEqual(Encoding.ASCII.GetBytes(Checksum(json)))
                || Parse(json, type) is not { } entry)
            {
                break;
            }

            entries.Add(entry);
        }

        return entries;
    }

    private static string Checksum(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json))[..ChecksumLength];

    private static T? Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return default; // The checksum fits, so another version wrote it: the line counts as not there.
        }
    }
}
