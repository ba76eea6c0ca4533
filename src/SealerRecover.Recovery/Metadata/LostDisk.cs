using System.Globalization;
using System.Text.Json;
using Filecoin.Primitives;

namespace SealerRecover.Recovery;

/// <summary>
/// Which sectors stood in a storage path that was lost: an entry of LostOn, a list in the metadata file that other fields do not need.
/// </summary>
/// <param name="Storage">The storage ID.</param>
/// <param name="Urls">Where its files could be fetched.</param>
/// <param name="LastSeen">When its machine last said that it was there, as the one who told it wrote; null if that was not told.</param>
/// <param name="ToldAt">When it was told.</param>
/// <param name="Sectors">Their numbers, in order.</param>
public sealed record LostDisk(string Storage, IReadOnlyList<string> Urls, string? LastSeen, DateTimeOffset ToldAt, IReadOnlyList<ulong> Sectors)
{
    internal const string Field = "LostOn";
    private const int Longest = 300;
    private const int MostUrls = 100;

    /// <summary>Both lists of one storage path: what is forgotten by and by is still in the older.</summary>
    public LostDisk With(LostDisk older)
    {
        ArgumentNullException.ThrowIfNull(older);
        return this with { Urls = [.. Urls.Union(older.Urls)], LastSeen = LastSeen ?? older.LastSeen, Sectors = [.. Sectors.Union(older.Sectors).Order()] };
    }

    /// <summary>Reads the list of a file; an entry that is none is passed over, since nothing but a later export uses it.</summary>
    internal static IReadOnlyList<LostDisk> ReadAll(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(Read).OfType<LostDisk>()]
            : [];

    /// <summary>Writes the list: what is there, with what is added to it; nothing where both are empty.</summary>
    internal static void WriteAll(Utf8JsonWriter writer, IReadOnlyList<LostDisk> there, IReadOnlyList<LostDisk> added)
    {
        LostDisk[] disks = [.. there.Concat(added).GroupBy(disk => disk.Storage).Select(same => same.Reverse().Aggregate((newer, older) => newer.With(older)))];
        if (disks.Length == 0)
        {
            return;
        }

        writer.WriteStartArray(Field);
        foreach (LostDisk disk in disks)
        {
            writer.WriteStartObject();
            writer.WriteString(nameof(Storage), disk.Storage);
            Texts("Urls", disk.Urls);
            if (disk.LastSeen is { } seen)
            {
                writer.WriteString(nameof(LastSeen), seen);
            }

            writer.WriteString(nameof(ToldAt), disk.ToldAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

            // Ranges, as the command line takes them: a disk holds thousands.
            Texts("Sectors", Ranges(disk.Sectors));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        void Texts(string name, IEnumerable<string> texts)
        {
            writer.WriteStartArray(name);
            foreach (string text in texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }
    }

    private static LostDisk? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || Text(json, "Storage") is not { } storage)
        {
            return null;
        }

        SortedSet<ulong> sectors = [];
        foreach (string range in Texts(json, "Sectors"))
        {
            string[] ends = range.Split('-');
            if (ends.Length > 2 || !ulong.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong first)
                || !ulong.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong last) || last < first || last - first > 10_000_000)
            {
                return null;
            }

            for (ulong number = first; number <= last; number++)
            {
                sectors.Add(number);
            }
        }

        return new LostDisk(
            storage,
            [.. Texts(json, "Urls").Take(MostUrls)],
            Text(json, "LastSeen"),
            DateTimeOffset.TryParse(Text(json, "ToldAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) ? at : default,
            [.. sectors]);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? SafeText.Line(value.GetString()!, Longest) : null;

    private static IEnumerable<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.String).Select(entry => SafeText.Line(entry.GetString()!, Longest))
            : [];

    private static IEnumerable<string> Ranges(IReadOnlyList<ulong> sectors)
    {
        for (int i = 0; i < sectors.Count;)
        {
            int end = i + 1;
            while (end < sectors.Count && sectors[end] == sectors[end - 1] + 1)
            {
                end++;
            }

            yield return end - i == 1
                ? sectors[i].ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{sectors[i]}-{sectors[end - 1]}");
            i = end;
        }
    }
}
