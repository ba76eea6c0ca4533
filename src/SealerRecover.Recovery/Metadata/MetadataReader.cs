using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Filecoin.Chain;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Metadata;

/// <summary>A parsed metadata file and the JSON it came from, so that a merge can keep fields this version does not know.</summary>
/// <param name="Metadata">The content.</param>
/// <param name="Root">The whole object.</param>
/// <param name="SectorElements">The JSON of each sector, in the order of <see cref="RecoveryMetadata.Sectors"/>.</param>
internal sealed record MetadataDocument(RecoveryMetadata Metadata, JsonElement Root, IReadOnlyList<JsonElement> SectorElements);

/// <summary>
/// Parses a metadata file. Nothing in it is trusted: every field has one type and one range, and no string of it is ever used as
/// a path or a format; the miner becomes a number, the rest bytes.
/// </summary>
internal static class MetadataReader
{
    private const int MaxDepth = 16;
    private const int TicketLength = Bytes32.Length;

    /// <summary>Reads <paramref name="content"/>; <paramref name="file"/> is the name used in messages.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public static MetadataDocument Read(string file, ReadOnlyMemory<byte> content)
    {
        JsonElement root = ParseJson(file, content);
        JsonFields fields = new(root, file, "the file");
        ActorId miner = ReadMiner(fields);
        SectorSize size = ReadSectorSize(fields);

        // Go writes an empty list as null.
        JsonElement list = fields.Required("SectorInfos", JsonValueKind.Array, JsonValueKind.Null);
        List<SectorFacts> sectors = [];
        List<JsonElement> elements = [];
        Dictionary<ulong, int> firstIndex = [];
        foreach (JsonElement element in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
        {
            int index = sectors.Count;
            SectorFacts facts = ReadSector(file, index, element, miner, size);
            if (!firstIndex.TryAdd(facts.Sector.Number, index))
            {
                int first = firstIndex[facts.Sector.Number];
                throw JsonFields.Bad(
                    file, $"SectorInfos[{index}]", $"SectorNumber {facts.Sector.Number} already stands at SectorInfos[{first}]");
            }

            sectors.Add(facts);
            elements.Add(element);
        }

        HashSet<ulong> isChecked = [.. sectors.Zip(elements).Where(entry => IsEpochChecked(entry.Second)).Select(entry => entry.First.Sector.Number)];
        return new MetadataDocument(new RecoveryMetadata(miner, size, sectors) { CheckedEpochs = isChecked, LostOn = LostDisk.ReadAll(root) }, root, elements);
    }

    /// <summary>Whether Facts, which is for people and may hold anything, says that the ticket's epoch was cross-checked.</summary>
    private static bool IsEpochChecked(JsonElement sector) =>
        sector.TryGetProperty("Facts", out JsonElement facts) && facts.ValueKind == JsonValueKind.Array
        && facts.EnumerateArray().Any(fact => fact.ValueKind == JsonValueKind.Object
            && fact.TryGetProperty("Fact", out JsonElement name) && name.ValueKind == JsonValueKind.String && name.ValueEquals("TicketEpoch")
            && fact.TryGetProperty("Verified", out JsonElement verified) && verified.ValueKind == JsonValueKind.True);

    private static JsonElement ParseJson(string file, ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xef, 0xbb, 0xbf];
        ReadOnlyMemory<byte> text = content.Span.StartsWith(byteOrderMark) ? content[byteOrderMark.Length..] : content;
        if (!Utf8.IsValid(text.Span))
        {
            throw JsonFields.Bad(file, "the file", "is not UTF-8 text");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.Clone();
        }
        catch (JsonException failure)
        {
            string where = string.Create(
                CultureInfo.InvariantCulture, $"line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}");
            throw JsonFields.Bad(file, where, $"is not valid JSON of at most {MaxDepth} levels");
        }
    }

    private static ActorId ReadMiner(JsonFields fields)
    {
        string text = fields.RequiredText("Miner");
        bool isIdForm = text is ['f' or 't', '0', _, ..] and not [_, _, '0', _, ..];
        return isIdForm && text.Length <= 21
            && ulong.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= long.MaxValue
            ? new ActorId(number)
            : throw fields.Bad("Miner", $"{JsonFields.Quote(text)} is not a miner's ID address such as f01000");
    }

    private static SectorSize ReadSectorSize(JsonFields fields)
    {
        ulong bytes = fields.RequiredNumber("SectorSize", long.MaxValue);
        return SectorSize.IsValid((long)bytes) && SealProofs.TryGet(new SectorSize((long)bytes), PorepVariant.V1, out SealProofInfo info)
            ? info.SectorSize
            : throw fields.Bad("SectorSize", $"{bytes} is not the size of a sector that any seal proof has");
    }

    private static SectorFacts ReadSector(string file, int index, JsonElement element, ActorId miner, SectorSize size)
    {
        string place = string.Create(CultureInfo.InvariantCulture, $"SectorInfos[{index}]");
        JsonFields fields = new(element, file, place);
        ulong number = fields.RequiredNumber("SectorNumber", long.MaxValue);
        fields = new JsonFields(element, file, string.Create(CultureInfo.InvariantCulture, $"{place} (sector {number})"));
        return new SectorFacts
        {
            Sector = new SectorId(miner, number),
            SealProof = ReadSealProof(fields, size),
            Ticket = ReadTicket(fields),
            SealedCid = DataFields.ReadCommR(fields, "SealedCID"),
            TicketEpoch = fields.OptionalNumber("TicketEpoch", long.MaxValue) is ulong epoch ? (long)epoch : null,
            Data = DataFields.ReadSealedOver(fields, size),
            Update = DataFields.ReadUpdate(fields, size),
            WasUnproven = fields.OptionalObject("Chain")?.OptionalText("State") == nameof(SectorState.PreCommitted),
        };
    }

    private static SealProofInfo ReadSealProof(JsonFields fields, SectorSize size)
    {
        ulong number = fields.RequiredNumber("SealProof", long.MaxValue);
        if (!SealProofs.TryGet((long)number, out SealProofInfo info))
        {
            throw fields.Bad("SealProof", $"{number} is not a registered seal proof; they are 0 to {SealProofs.All.Length - 1}");
        }

        return info.SectorSize == size
            ? info
            : throw fields.Bad("SealProof", $"{info} is for {info.SectorSize} sectors, but SectorSize is {size}");
    }

    private static Ticket ReadTicket(JsonFields fields)
    {
        string text = fields.RequiredText("Ticket");
        byte[] bytes = new byte[TicketLength + 1];

        // Written back and compared, because the decoder passes over white space and stray bits that a damaged file may hold.
        return text.Length <= 64 && Convert.TryFromBase64String(text, bytes, out int length) && length == TicketLength
            && Convert.ToBase64String(bytes, 0, TicketLength) == text
            ? new Ticket(new Bytes32(bytes.AsSpan(0, TicketLength)))
            : throw fields.Bad("Ticket", $"{JsonFields.Quote(text)} is not {TicketLength} bytes in base64");
    }
}
