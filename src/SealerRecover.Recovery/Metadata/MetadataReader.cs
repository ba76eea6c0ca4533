using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Rules;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Fields;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Metadata;

/// <summary>What a metadata file says beside its sectors.</summary>
/// <param name="Miner">Whose sectors.</param>
/// <param name="MinerText">As it is written there.</param>
/// <param name="SectorSize">Their size.</param>
/// <param name="Unknown">Fields this version does not know, in file order, so that a merge can keep them.</param>
internal sealed record MetadataHeader(ActorId Miner, string MinerText, SectorSize SectorSize, IReadOnlyList<(string Name, JsonElement Value)> Unknown)
{
    /// <summary>Which sectors stood on disks that were lost.</summary>
    public IReadOnlyList<LostDisk> LostOn { get; init; } = [];
}

/// <summary>
/// Parses a metadata file, sector by sector, with no more of its JSON in memory than one. Nothing in it is trusted: every field has one type
/// and one range, and no string of it is ever used as a path or a format; the miner becomes a number, the rest bytes.
/// </summary>
internal sealed class MetadataReader
{
    private const string Miner = "Miner";
    private const string SectorSizeField = "SectorSize";
    private const string SectorInfos = "SectorInfos";

    private static readonly JsonElement AList = JsonDocument.Parse("[]").RootElement;

    private readonly string _name;
    private readonly IOpenFile _file;

    /// <summary>Reads what stands beside the sectors, wherever, and whether all of the file is JSON.</summary>
    /// <param name="name">The file, as messages call it.</param>
    /// <param name="file">Its content, of any length.</param>
    /// <exception cref="OperatorException">BadInput.</exception>
    public MetadataReader(string name, IOpenFile file)
    {
        _name = name;
        _file = file;
        Header = ReadHeader();
    }

    /// <summary>What stands beside the sectors.</summary>
    public MetadataHeader Header { get; }

    /// <summary>All of it.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public RecoveryMetadata Read()
    {
        List<SectorFacts> sectors = [];
        HashSet<ulong> isChecked = [];
        ReadSectors((facts, element) =>
        {
            sectors.Add(facts);
            if (IsChecked(element))
            {
                isChecked.Add(facts.Sector.Number);
            }
        });

        return new RecoveryMetadata(Header.Miner, Header.SectorSize, sectors) { Checked = isChecked, LostOn = Header.LostOn };
    }

    /// <summary>Reads the sectors in file order.</summary>
    /// <param name="take">Told each, and its JSON, which is gone afterwards.</param>
    /// <exception cref="OperatorException">BadInput.</exception>
    public void ReadSectors(Action<SectorFacts, JsonElement> take)
    {
        ObjectWalk walk = new(_name, _file);
        while (walk.NextField(out string? field))
        {
            if (field == SectorInfos && walk.BeginsList())
            {
                ReadSectors(walk, take);
                return;
            }

            walk.Value();
        }
    }

    private MetadataHeader ReadHeader()
    {
        ObjectWalk walk = new(_name, _file);
        JsonFields fields = new(_name, "the file");
        List<(string Name, JsonElement Value)> unknown = [];
        IReadOnlyList<LostDisk> lostOn = [];
        while (walk.NextField(out string? field))
        {
            bool isList = field == SectorInfos && walk.BeginsList();
            if (isList)
            {
                walk.SkipList();
            }

            JsonElement value = isList ? AList : walk.Value();
            fields.Add(field, value);
            if (field == LostDisk.Field)
            {
                lostOn = LostDisk.ReadAll(value);
            }
            else if (field is not (Miner or SectorSizeField or SectorInfos))
            {
                unknown.Add((field, value));
            }
        }

        MetadataHeader header = new(ReadMiner(fields), fields.RequiredText(Miner), ReadSectorSize(fields), unknown) { LostOn = lostOn };

        // Go writes an empty list as null.
        fields.Required(SectorInfos, JsonValueKind.Array, JsonValueKind.Null);
        return header;
    }

    private void ReadSectors(ObjectWalk walk, Action<SectorFacts, JsonElement> take)
    {
        Dictionary<ulong, int> firstIndex = [];
        while (walk.NextEntry() is { } entry)
        {
            using (entry)
            {
                int index = firstIndex.Count;
                SectorFacts facts = ReadSector(index, entry.RootElement);
                if (!firstIndex.TryAdd(facts.Sector.Number, index))
                {
                    int first = firstIndex[facts.Sector.Number];
                    throw JsonFields.Bad(
                        _name, $"SectorInfos[{index}]", $"SectorNumber {facts.Sector.Number} already stands at SectorInfos[{first}]");
                }

                take(facts, entry.RootElement);
            }
        }
    }

    /// <summary>
    /// Whether Facts, which is for people and may hold anything, says that the ticket's epoch was cross-checked, and does not say of what it was
    /// sealed over that it was not.
    /// </summary>
    private static bool IsChecked(JsonElement sector) => IsVerified(sector, "TicketEpoch") == true && IsVerified(sector, "CommD") != false;

    private static bool? IsVerified(JsonElement sector, string fact)
    {
        foreach (JsonElement entry in sector.TryGetProperty("Facts", out JsonElement facts) && facts.ValueKind == JsonValueKind.Array ? facts.EnumerateArray() : default)
        {
            if (entry.ValueKind == JsonValueKind.Object
                && entry.TryGetProperty("Fact", out JsonElement name) && name.ValueKind == JsonValueKind.String && name.ValueEquals(fact))
            {
                return entry.TryGetProperty("Verified", out JsonElement verified) && verified.ValueKind == JsonValueKind.True;
            }
        }

        return null;
    }

    private static ActorId ReadMiner(JsonFields fields)
    {
        string text = fields.RequiredText(Miner);
        bool isIdForm = text is ['f' or 't', '0', _, ..] and not [_, _, '0', _, ..];
        return isIdForm && text.Length <= 21
            && ulong.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= long.MaxValue
            ? new ActorId(number)
            : throw fields.Bad(Miner, $"{JsonFields.Quote(text)} is not a miner's ID address such as f01000");
    }

    private static SectorSize ReadSectorSize(JsonFields fields)
    {
        ulong bytes = fields.RequiredNumber(SectorSizeField, long.MaxValue);
        return SectorSize.IsValid((long)bytes) && SealProofs.TryGet(new SectorSize((long)bytes), PorepVariant.V1, out SealProofInfo info)
            ? info.SectorSize
            : throw fields.Bad(SectorSizeField, $"{bytes} is not the size of a sector that any seal proof has");
    }

    private SectorFacts ReadSector(int index, JsonElement element)
    {
        SectorSize size = Header.SectorSize;
        string place = string.Create(CultureInfo.InvariantCulture, $"SectorInfos[{index}]");
        JsonFields fields = new(element, _name, place);
        ulong number = fields.RequiredNumber("SectorNumber", long.MaxValue);
        fields = new JsonFields(element, _name, string.Create(CultureInfo.InvariantCulture, $"{place} (sector {number})"));
        return new SectorFacts
        {
            Sector = new SectorId(Header.Miner, number),
            SealProof = ReadSealProof(fields, size),
            Ticket = new Ticket(ReadBytes(fields, "Ticket")),
            SealedCid = DataFields.ReadCommR(fields, "SealedCID"),
            TicketEpoch = fields.OptionalEpoch("TicketEpoch"),
            Data = DataFields.ReadSealedOver(fields, size),
            Update = DataFields.ReadUpdate(fields, size),
            Roots = ReadRoots(fields),
            DebtThen = ReadDebt(fields.OptionalObject("Chain")),
            WasUnproven = fields.OptionalObject("Chain")?.OptionalText("State") == nameof(SectorState.PreCommitted),
        };
    }

    /// <summary>The miner's debt when the file was written; null for none, and for what people made of it.</summary>
    private static MinerDebt? ReadDebt(JsonFields? chain) =>
        chain?.OptionalText(MetadataWriter.DebtLacking) is { Length: <= 40 } lacking
        && BigInteger.TryParse(lacking, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger atto) && atto.Sign > 0
        && DateTimeOffset.TryParse(
            chain.OptionalText(MetadataWriter.HeadTime), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? new MinerDebt(new Fil(atto), at)
            : null;

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

    private static SealedRoots? ReadRoots(JsonFields fields)
    {
        bool hasCommC = fields.OptionalText(MetadataWriter.CommC) is not null;
        return hasCommC == fields.OptionalText(MetadataWriter.CommRLast) is not null
            ? hasCommC ? new SealedRoots(ReadElement(fields, MetadataWriter.CommC), ReadElement(fields, MetadataWriter.CommRLast)) : null
            : throw fields.Bad(hasCommC ? MetadataWriter.CommRLast : MetadataWriter.CommC, "is missing: each is of use with the other only");
    }

    private static Bytes32 ReadElement(JsonFields fields, string field)
    {
        Bytes32 bytes = ReadBytes(fields, field);
        return Fr.TryFromCanonicalBytes(bytes.Span, out _) ? bytes : throw fields.Bad(field, "is not below the modulus of the field");
    }

    private static Bytes32 ReadBytes(JsonFields fields, string field)
    {
        string text = fields.RequiredText(field);
        byte[] bytes = new byte[Bytes32.Length + 1];

        // Written back and compared, because the decoder passes over white space and stray bits that a damaged file may hold.
        return text.Length <= 64 && Convert.TryFromBase64String(text, bytes, out int length) && length == Bytes32.Length
            && Convert.ToBase64String(bytes, 0, length) == text
            ? new Bytes32(bytes.AsSpan(0, length))
            : throw fields.Bad(field, $"{JsonFields.Quote(text)} is not {Bytes32.Length} bytes in base64");
    }
}
