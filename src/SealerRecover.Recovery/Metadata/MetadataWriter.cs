using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Metadata;

/// <summary>
/// Writes the metadata file: an object of Miner, SectorSize (number) and SectorInfos, each with SectorNumber and SealProof
/// (numbers), Ticket (base64) and SealedCID ({"/": CID}); indented by tabs, lines ended by LF. What the original does not know
/// follows its own fields, under names its decoder passes over: TicketEpoch (number), what the sector holds
/// (<see cref="DataFields"/>), Facts, a list of objects that say of each fact who told it (ToldBy, texts) and how it was cross-checked
/// (CrossCheck, text; missing where it was not), and Chain, an object that says where the sector stood at HeadEpoch and HeadTime, out of date
/// the next day. The last two are for people; of Facts the reader takes which are verified, of Chain whether the sector was proven and what
/// debt there was.
/// </summary>
internal static class MetadataWriter
{
    /// <summary>In <see cref="Chain"/>: what the miner's unlocked balance lacks of its fee debt, attoFIL, decimal text; missing where nothing.</summary>
    internal const string DebtLacking = "DebtLacking";

    /// <summary>In <see cref="Chain"/>: time stamp of the head.</summary>
    internal const string HeadTime = "HeadTime";

    /// <summary>In a sector: <see cref="SealedRoots.CommC"/>, base64; with <see cref="CommRLast"/> or not at all.</summary>
    internal const string CommC = "CommC";

    /// <summary>In a sector: <see cref="SealedRoots.CommRLast"/>, base64.</summary>
    internal const string CommRLast = "CommRLast";

    private const string Chain = "Chain";

    private static readonly JsonWriterOptions Style = new()
    {
        Indented = true,
        IndentCharacter = '\t',
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Leaves the + of base64 readable; nothing here goes into HTML.
    };

    /// <summary>Bytes that are gathered before they are written.</summary>
    private const int ChunkBytes = 1 << 20;

    /// <summary>Writes the merged file.</summary>
    /// <param name="target">An empty file.</param>
    /// <param name="existing">What is there, or null. Unknown fields of the file and of sectors that stay are kept as they are.</param>
    /// <param name="addition">Sectors to replace, or to add behind the others.</param>
    /// <exception cref="OperatorException">BadInput: a sector that is there is none; something may have been written.</exception>
    public static void Write(IOpenFile target, MetadataReader? existing, RecoveryMetadata addition)
    {
        ArrayBufferWriter<byte> buffer = new(ChunkBytes);
        long written = 0;
        using (Utf8JsonWriter writer = new(buffer, Style))
        {
            writer.WriteStartObject();
            writer.WriteString("Miner", existing?.Header.MinerText ?? addition.Miner.ToString());
            writer.WriteNumber("SectorSize", addition.SectorSize.Bytes);
            writer.WriteStartArray("SectorInfos");
            WriteSectors(writer, existing, addition, () =>
            {
                writer.Flush();
                if (buffer.WrittenCount >= ChunkBytes)
                {
                    Drain();
                }
            });
            writer.WriteEndArray();
            foreach ((string name, JsonElement value) in existing?.Header.Unknown ?? [])
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            LostDisk.WriteAll(writer, existing?.Header.LostOn ?? [], addition.LostOn);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        Drain();

        void Drain()
        {
            target.Write(written, buffer.WrittenSpan);
            written += buffer.WrittenCount;
            buffer.ResetWrittenCount();
        }
    }

    private static void WriteSectors(Utf8JsonWriter writer, MetadataReader? existing, RecoveryMetadata addition, Action drain)
    {
        Dictionary<ulong, SectorFacts> pending = [];
        foreach (SectorFacts facts in addition.Sectors)
        {
            pending[facts.Sector.Number] = facts;
        }

        existing?.ReadSectors((facts, element) =>
        {
            if (addition.GoLast.Contains(facts.Sector.Number) && pending.ContainsKey(facts.Sector.Number))
            {
                return;
            }

            if (!pending.Remove(facts.Sector.Number, out SectorFacts? replacement))
            {
                element.WriteTo(writer);
            }
            else if (IsKept(facts, replacement))
            {
                WriteKept(writer, element, replacement);
            }
            else
            {
                // What somebody kept of a sector is kept when all the rest is asked anew.
                WriteSector(writer, replacement with { Roots = replacement.Roots ?? (facts.SealedCid == replacement.SealedCid ? facts.Roots : null) });
            }

            drain();
        });

        foreach (SectorFacts facts in addition.Sectors)
        {
            if (pending.Remove(facts.Sector.Number, out SectorFacts? last))
            {
                WriteSector(writer, last);
                drain();
            }
        }
    }

    /// <summary>Whether a sector is the one in the file, only that where it stands is newer.</summary>
    private static bool IsKept(SectorFacts there, SectorFacts addition) =>
        addition is { Origins.Count: 0, Status: not null }
        && (there.SealProof, there.Ticket, there.TicketEpoch, there.SealedCid) == (addition.SealProof, addition.Ticket, addition.TicketEpoch, addition.SealedCid)
        && IsSame(there.Data, addition.Data)
        && there.Update?.SealedCid == addition.Update?.SealedCid
        && IsSame(there.Update?.Data, addition.Update?.Data);

    private static bool IsSame(SectorData? there, SectorData? addition) =>
        there is null ? addition is null : addition is not null && there.Pieces.SequenceEqual(addition.Pieces);

    /// <summary>The sector as it is in the file, who told what of it included, with the roots that were found and where it stands now.</summary>
    private static void WriteKept(Utf8JsonWriter writer, JsonElement element, SectorFacts facts)
    {
        writer.WriteStartObject();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name != Chain && (facts.Roots is null || property.Name is not (CommC or CommRLast)))
            {
                property.WriteTo(writer);
            }
        }

        WriteRoots(writer, facts);
        WriteStatus(writer, facts.Status!);
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

        WriteRoots(writer, facts);
        DataFields.Write(writer, facts);
        WriteOrigins(writer, facts.Origins);
        if (facts.Status is { } status)
        {
            WriteStatus(writer, status);
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

    private static void WriteRoots(Utf8JsonWriter writer, SectorFacts facts)
    {
        if (facts.Roots is { } roots)
        {
            writer.WriteBase64String(CommC, roots.CommC.Span);
            writer.WriteBase64String(CommRLast, roots.CommRLast.Span);
        }
    }

    private static void WriteStatus(Utf8JsonWriter writer, ChainStatus status)
    {
        writer.WriteStartObject(Chain);
        writer.WriteString("State", status.State.ToString());
        writer.WriteNumber("HeadEpoch", status.HeadEpoch);
        writer.WriteString(HeadTime, status.HeadTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Optional("ProveBefore", status.ProveBefore);
        Optional("Deadline", status.Deadline);
        Optional("DeadlineOpens", status.DeadlineOpens);
        Optional("FaultTerminatesAt", status.FaultTerminatesAt);
        Optional("Expiration", status.Expiration);
        if (status.Debt is { } debt)
        {
            writer.WriteString(DebtLacking, debt.Lacking.Atto.ToString(CultureInfo.InvariantCulture));
        }

        writer.WriteEndObject();

        void Optional(string name, long? value)
        {
            if (value is long number)
            {
                writer.WriteNumber(name, number);
            }
        }
    }
}
