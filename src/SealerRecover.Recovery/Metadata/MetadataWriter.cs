using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Filecoin.Chain;

namespace SealerRecover.Recovery.Metadata;

/// <summary>
/// Writes the metadata file: an object of Miner, SectorSize (number) and SectorInfos, each with SectorNumber and SealProof
/// (numbers), Ticket (base64) and SealedCID ({"/": CID}); indented by tabs, lines ended by LF. What the original does not know
/// follows its own fields, under names its decoder passes over: TicketEpoch (number), what the sector holds
/// (<see cref="DataFields"/>), Facts, a list of objects that say of each fact who told it (ToldBy, texts) and how it was cross-checked
/// (CrossCheck, text; missing where it was not), and Chain, an object that says where the sector stood at HeadEpoch and HeadTime. The last
/// two are for people and never read back; Chain is out of date the next day.
/// </summary>
internal static class MetadataWriter
{
    private const string Chain = "Chain";

    private static readonly JsonWriterOptions Style = new()
    {
        Indented = true,
        IndentCharacter = '\t',
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Leaves the + of base64 readable; nothing here goes into HTML.
    };

    /// <summary>The merged file.</summary>
    /// <param name="existing">What is there, or null. Unknown fields of the file and of sectors that stay are kept as they are.</param>
    /// <param name="addition">Sectors to replace or add.</param>
    public static byte[] Write(MetadataDocument? existing, RecoveryMetadata addition)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Style))
        {
            writer.WriteStartObject();
            writer.WriteString("Miner", existing is null ? addition.Miner.ToString() : existing.Root.GetProperty("Miner").GetString());
            writer.WriteNumber("SectorSize", addition.SectorSize.Bytes);
            writer.WriteStartArray("SectorInfos");
            WriteSectors(writer, existing, addition);
            writer.WriteEndArray();
            WriteUnknownFields(writer, existing);
            LostDisk.WriteAll(writer, existing?.Metadata.LostOn ?? [], addition.LostOn);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteSectors(Utf8JsonWriter writer, MetadataDocument? existing, RecoveryMetadata addition)
    {
        Dictionary<ulong, SectorFacts> pending = [];
        foreach (SectorFacts facts in addition.Sectors)
        {
            pending[facts.Sector.Number] = facts;
        }

        for (int i = 0; i < existing?.SectorElements.Count; i++)
        {
            if (pending.Remove(existing.Metadata.Sectors[i].Sector.Number, out SectorFacts? replacement))
            {
                if (IsKept(existing.Metadata.Sectors[i], replacement))
                {
                    WriteKept(writer, existing.SectorElements[i], replacement.Standing!);
                }
                else
                {
                    WriteSector(writer, replacement);
                }
            }
            else
            {
                existing.SectorElements[i].WriteTo(writer);
            }
        }

        foreach (SectorFacts facts in addition.Sectors)
        {
            if (pending.Remove(facts.Sector.Number, out SectorFacts? last))
            {
                WriteSector(writer, last);
            }
        }
    }

    /// <summary>Whether a sector is the one in the file, only that where it stands is newer.</summary>
    private static bool IsKept(SectorFacts there, SectorFacts addition) =>
        addition is { Origins.Count: 0, Standing: not null }
        && (there.SealProof, there.Ticket, there.TicketEpoch, there.SealedCid) == (addition.SealProof, addition.Ticket, addition.TicketEpoch, addition.SealedCid)
        && IsSame(there.Data, addition.Data)
        && there.Update?.SealedCid == addition.Update?.SealedCid
        && IsSame(there.Update?.Data, addition.Update?.Data);

    private static bool IsSame(SectorData? there, SectorData? addition) =>
        there is null ? addition is null : addition is not null && there.Pieces.SequenceEqual(addition.Pieces);

    /// <summary>The sector as it is in the file, who told what of it included, and where it stands now.</summary>
    private static void WriteKept(Utf8JsonWriter writer, JsonElement element, SectorStanding standing)
    {
        writer.WriteStartObject();
        foreach (JsonProperty property in element.EnumerateObject().Where(property => property.Name != Chain))
        {
            property.WriteTo(writer);
        }

        WriteStanding(writer, standing);
        writer.WriteEndObject();
    }

    private static void WriteSector(Utf8JsonWriter writer, SectorFacts facts)
    {
        writer.WriteStartObject();
        writer.WriteNumber("SectorNumber", facts.Sector.Number);
        writer.WriteBase64String("Ticket", facts.Ticket.Value.Span);
        writer.WriteNumber("SealProof", (int)facts.SealProof.Proof);
        DataFields.WriteLink(writer, "SealedCID", facts.SealedCid.ToString());
        if (facts.TicketEpoch is long epoch)
        {
            writer.WriteNumber("TicketEpoch", epoch);
        }

        DataFields.Write(writer, facts);
        WriteOrigins(writer, facts.Origins);
        if (facts.Standing is { } standing)
        {
            WriteStanding(writer, standing);
        }

        writer.WriteEndObject();
    }

    private static void WriteOrigins(Utf8JsonWriter writer, IReadOnlyList<FactOrigin> origins)
    {
        if (origins.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("Facts");
        foreach (FactOrigin origin in origins)
        {
            writer.WriteStartObject();
            writer.WriteString("Fact", origin.Fact);
            writer.WriteStartArray("ToldBy");
            foreach (string source in origin.Sources)
            {
                writer.WriteStringValue(source);
            }

            writer.WriteEndArray();
            if (origin.CrossCheck is { } check)
            {
                writer.WriteString("CrossCheck", check);
            }

            writer.WriteBoolean("Verified", !origin.IsUnverified);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteStanding(Utf8JsonWriter writer, SectorStanding standing)
    {
        writer.WriteStartObject(Chain);
        writer.WriteString("State", standing.State.ToString());
        writer.WriteNumber("HeadEpoch", standing.HeadEpoch);
        writer.WriteString("HeadTime", standing.HeadTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Optional("ProveBefore", standing.ProveBefore);
        Optional("Deadline", standing.Deadline);
        Optional("DeadlineOpens", standing.DeadlineOpens);
        Optional("FaultTerminatesAt", standing.FaultTerminatesAt);
        Optional("Expiration", standing.Expiration);
        writer.WriteEndObject();

        void Optional(string name, long? value)
        {
            if (value is long number)
            {
                writer.WriteNumber(name, number);
            }
        }
    }

    private static void WriteUnknownFields(Utf8JsonWriter writer, MetadataDocument? existing)
    {
        if (existing is null)
        {
            return;
        }

        foreach (JsonProperty property in existing.Root.EnumerateObject())
        {
            if (property.Name is not ("Miner" or "SectorSize" or "SectorInfos" or LostDisk.Field))
            {
                property.WriteTo(writer);
            }
        }
    }
}
