using System.Text.Json.Nodes;
using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Recovery.Tests.Metadata;

/// <summary>What a metadata file says of the pieces in a sector, written by us or by hand.</summary>
public sealed class MetadataDataTests : IDisposable
{
    private static readonly SectorData Sealed = new()
    {
        CommD = Commitment(1),
        Pieces = [new PieceInfo(Commitment(2), 256), new PieceInfo(Commitment(3), 512), new PieceInfo(Commitment(2), 256)],
        OrderKnown = true,
        Source = "the deals that its pre-commit names, in its order",
    };

    private static readonly SectorUpdate Updated = new()
    {
        SealedCid = new CommR(Blake2b.Hash256([9]).ClearTopTwoBits()),
        Epoch = 16_000,
        Data = new SectorData { Pieces = [new PieceInfo(Commitment(4), 2048)], OrderKnown = false, Source = "claims" },
    };

    private static readonly SectorData Untold = new()
    {
        CommD = Commitment(1),
        Pieces = [],
        OrderKnown = false,
        PiecesUntold = true,
        Source = "nobody told its pieces",
    };

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_sector_holds_is_read_back_as_written()
    {
        SectorFacts[] sectors =
        [
            FakeSealer.Facts(1) with { Data = Sealed },
            FakeSealer.Facts(2) with { Update = Updated },
            FakeSealer.Facts(3) with { Data = Sealed with { CommD = null, OrderKnown = false }, Update = Updated with { Epoch = null } },
            FakeSealer.Facts(4) with
            {
                Update = Updated with { Data = new SectorData { CommD = Zeros, Pieces = [], OrderKnown = true, Source = "the message" } },
            },
            FakeSealer.Facts(5),
            FakeSealer.Facts(6) with { Data = Untold },
            FakeSealer.Facts(7) with { Update = Updated with { Data = Untold with { CommD = null } } },
        ];
        string path = _folder.At("f.json");

        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, sectors));

        Assert.Equal(sectors, MetadataFile.Read(path).Sectors);
        Assert.Contains(
            $"\n\t\t\t\"CommD\": {{\n\t\t\t\t\"/\": \"{Commitment(1)}\"\n\t\t\t}},\n\t\t\t\"Pieces\": [\n\t\t\t\t{{\n\t\t\t\t\t\"PieceCID\": {{\n\t\t\t\t\t\t\"/\": \"{Commitment(2)}\"\n\t\t\t\t\t}},\n\t\t\t\t\t\"Size\": 256\n\t\t\t\t}},",
            File.ReadAllText(path),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sector_that_is_still_right_keeps_every_field_and_only_where_it_stands_is_new(bool isOther)
    {
        string path = _folder.At("f.json");
        SectorFacts first = FakeSealer.Facts(1) with { Data = Sealed, Origins = [new FactOrigin("TicketEpoch", ["lotus-miner"], null)], Status = At(100) };
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [first]));
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"SealProof\"", "\"Mine\": 7, \"SealProof\"", StringComparison.Ordinal));

        SectorFacts kept = Assert.Single(MetadataFile.Read(path).Sectors) with { Status = At(200) };
        kept = isOther ? kept with { Data = Sealed with { Pieces = [new PieceInfo(Commitment(2), 1024)] } } : kept;
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [kept]));

        JsonObject sector = JsonNode.Parse(File.ReadAllText(path))!["SectorInfos"]![0]!.AsObject();
        Assert.Equal(200, (int)sector["Chain"]!["HeadEpoch"]!);
        Assert.Equal(!isOther, sector.ContainsKey("Facts"));
        Assert.Equal(!isOther, sector.ContainsKey("Mine"));

        static ChainStatus At(long epoch) => new() { State = SectorState.Proven, HeadEpoch = epoch, HeadTime = DateTimeOffset.UnixEpoch };
    }

    [Fact]
    public void Who_told_what_is_written_and_read_by_nobody()
    {
        string path = _folder.At("f.json");
        SectorFacts told = FakeSealer.Facts(1) with
        {
            Origins = [new FactOrigin("TicketEpoch", ["lotus-miner", "the archive"], "they agree"), new FactOrigin("CommD", ["hearsay"], null)],
        };
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [told]));

        JsonNode facts = JsonNode.Parse(File.ReadAllText(path))!["SectorInfos"]![0]!["Facts"]!;
        Assert.Equal(
            """[{"Fact":"TicketEpoch","ToldBy":["lotus-miner","the archive"],"CrossCheck":"they agree","Verified":true},{"Fact":"CommD","ToldBy":["hearsay"],"Verified":false}]""",
            facts.ToJsonString());
        Assert.Equal(FakeSealer.Facts(1), Assert.Single(MetadataFile.Read(path).Sectors));

        // A sector that stays keeps what was told of it; nonsense there spoils nothing.
        string nonsense = File.ReadAllText(path).Replace("\"lotus-miner\"", "17", StringComparison.Ordinal);
        File.WriteAllText(path, nonsense);
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [FakeSealer.Facts(2)]));
        Assert.Equal(17, (int)JsonNode.Parse(File.ReadAllText(path))!["SectorInfos"]![0]!["Facts"]![0]!["ToldBy"]![0]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData(", \"Pieces\": []")]
    [InlineData(", \"Pieces\": null, \"PiecesInOrder\": true")]
    public void A_commitment_alone_says_that_it_holds_data_whose_pieces_nobody_told(string more) =>
        Assert.Equal(Untold, Read($"\"CommD\": {{\"/\": \"{Commitment(1)}\"}}{more}").Data);

    [Fact]
    public void A_list_written_by_hand_needs_no_more_than_cids_and_sizes()
    {
        SectorFacts facts = Read($"\"Pieces\": [{Piece(2, "1024")}]");
        Assert.Equal(new PieceInfo(Commitment(2), 1024), Assert.Single(facts.Data!.Pieces));
        Assert.True(facts.Data.OrderKnown);
        Assert.Null(facts.Data.CommD);
        Assert.Equal("the list in the metadata file", facts.Data.Source);

        facts = Read($"\"CommD\": null, \"Pieces\": null, \"PiecesInOrder\": null, \"Update\": null");
        Assert.Null(facts.Data);
        Assert.Null(facts.Update);
        Assert.Null(Read("\"Pieces\": []").Data);
    }

    [Fact]
    public void Where_the_pieces_come_from_may_be_told_in_any_language_but_not_to_a_terminal()
    {
        string from = new('源', 1000);
        Assert.Equal(new string('源', 300) + '…', Read($"\"Pieces\": [{Piece(2, "1024")}], \"PiecesFrom\": \"{from}\"").Data!.Source);
        Assert.Equal("a [31mb c d", Read($"\"Pieces\": [{Piece(2, "1024")}], \"PiecesFrom\": \"a\\u001b[31mb\\u202ec\\nd\"").Data!.Source);
    }

    // Each row: fields of the sector, P a good piece, and what the message has to name.
    [Theory]
    [InlineData("\"CommD\": {\"/\": \"ZERO\"}, \"Pieces\": [P]", "CommD is that of zeros, but there are Pieces")]
    [InlineData("\"CommD\": {\"/\": \"SEALED\"}, \"Pieces\": [P]", "is not the CID of unsealed data")]
    [InlineData("\"CommD\": \"DATA\", \"Pieces\": [P]", "CommD is a string where an object is needed")]
    [InlineData("\"Pieces\": {}", "Pieces is an object where a list is needed")]
    [InlineData("\"Pieces\": [P, 7]", "SectorInfos[0] (sector 1): Pieces[1] is a number where an object is needed")]
    [InlineData("\"Pieces\": [P, {}]", "Pieces[1]: PieceCID is missing")]
    [InlineData("\"Pieces\": [P, {\"PieceCID\": {\"/\": \"DATA\"}}]", "Pieces[1]: Size is missing")]
    [InlineData("\"Pieces\": [{\"PieceCID\": \"DATA\", \"Size\": 128}]", "PieceCID is a string where an object is needed")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"../x\"}, \"Size\": 128}]", "PieceCID \"../x\" is not a CID")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"SEALED\"}, \"Size\": 128}]", "is not the CID of a piece")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"DATA\"}, \"Size\": 0}]", "0 bytes is no padded size")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"DATA\"}, \"Size\": 127}]", "127 bytes is no padded size")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"DATA\"}, \"Size\": 4096}]", "larger than the sector")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"DATA\"}, \"Size\": 9223372036854775807}]", "larger than the sector")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"DATA\"}, \"Size\": 9223372036854775808}]", "Size \"9223372036854775808\"")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"DATA\"}, \"Size\": 128.0}]", "Size \"128.0\" is not a whole number")]
    [InlineData("\"Pieces\": [{\"PieceCID\": {\"/\": \"DATA\"}, \"Size\": 128, \"Size\": 128}]", "the field \"Size\" twice")]
    [InlineData("\"Pieces\": [P, P, P]", "Pieces cannot be: its 3 pieces are more than a sector of 2KiB can hold")]
    [InlineData("\"Pieces\": [P], \"PiecesInOrder\": 1", "PiecesInOrder is a number where true or false is needed")]
    [InlineData("\"Pieces\": [P], \"PiecesFrom\": [1]", "PiecesFrom is a list where a string is needed")]
    [InlineData("\"Update\": []", "Update is a list where an object is needed")]
    [InlineData("\"Update\": {\"SealedCID\": {\"/\": \"SEALED\"}}", "Update: Pieces is missing")]
    [InlineData("\"Update\": {\"Pieces\": [P]}", "Update: SealedCID is missing")]
    [InlineData("\"Update\": {\"SealedCID\": {\"/\": \"DATA\"}, \"Pieces\": [P]}", "but that of unsealed data")]
    [InlineData("\"Update\": {\"SealedCID\": {\"/\": \"SEALED\"}, \"Pieces\": [P], \"Epoch\": -1}", "Update: Epoch \"-1\"")]
    public void Lists_that_cannot_be_are_one_sentence_naming_the_place(string fields, string named)
    {
        OperatorException failure = Assert.Throws<OperatorException>(() => Read(fields));
        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains(Fill(named), failure.Message, StringComparison.Ordinal);
        Assert.Contains("SectorInfos[0] (sector 1)", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 10, 500);
    }

    [Fact]
    public void More_pieces_than_any_sector_has_are_refused_before_they_are_read()
    {
        string pieces = string.Join(',', Enumerable.Repeat("7", 5000));
        Assert.Contains("has 5000 entries", Assert.Throws<OperatorException>(() => Read($"\"Pieces\": [{pieces}]")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pieces_that_fit_in_another_order_are_taken_as_a_set()
    {
        string pieces = $"\"Pieces\": [{Piece(1, "128")}, {Piece(2, "1024")}, {Piece(3, "512")}, {Piece(4, "256")}]";
        Assert.Throws<OperatorException>(() => Read(pieces));
        Assert.Equal(4, Read(pieces + ", \"PiecesInOrder\": false").Data!.Pieces.Length);
    }

    /// <summary>Some thousand files by default, a million with SEALER_RECOVER_LONG_TESTS=1.</summary>
    [Fact]
    public void Damaged_files_are_read_or_refused_and_nothing_else()
    {
        int inputs = VectorFiles.LongTests ? 1_000_000 : 5_000;
        string path = _folder.At("f.json");
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [FakeSealer.Facts(1) with { Data = Sealed, Update = Updated }]));
        byte[] good = File.ReadAllBytes(path);
        int seed = Environment.TickCount;
        Random random = new(seed);
        int refused = 0;
        for (int i = 0; i < inputs; i++)
        {
            byte[] damaged = DamagedInput.Of(random, good, isText: true);
            try
            {
                new MetadataReader("f.json", new BytesFile(damaged)).Read();
            }
            catch (OperatorException failure)
            {
                Assert.Equal(FailureKind.BadInput, failure.Kind);
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, input {i}: {Convert.ToHexString(damaged)}\n{error}");
            }
        }

        Assert.InRange(refused, inputs / 10, inputs);
    }

    private static CommD Zeros => ZeroCommitments.ForSector(SectorSize.KiB2);

    private static CommD Commitment(int i) => new(Blake2b.Hash256([(byte)i]).ClearTopTwoBits());

    private static string Piece(int i, string size) => $"{{\"PieceCID\": {{\"/\": \"{Commitment(i)}\"}}, \"Size\": {size}}}";

    private static string Fill(string text) => text
        .Replace("[P", $"[{Piece(2, "1024")}", StringComparison.Ordinal)
        .Replace(", P", $", {Piece(2, "1024")}", StringComparison.Ordinal)
        .Replace("DATA", Commitment(1).ToString(), StringComparison.Ordinal)
        .Replace("ZERO", Zeros.ToString(), StringComparison.Ordinal)
        .Replace("SEALED", Updated.SealedCid.ToString(), StringComparison.Ordinal);

    private SectorFacts Read(string fields) => Assert.Single(MetadataFile.Read(_folder.Write(
        "f.json",
        $$"""
        {"Miner": "f01000", "SectorSize": 2048, "SectorInfos": [{"SectorNumber": 1, "SealProof": 5,
        "Ticket": "{{Convert.ToBase64String(FakeSealer.Facts(1).Ticket.Value.Span)}}", "SealedCID": {"/": "{{FakeSealer.Facts(1).SealedCid}}"}, {{Fill(fields)}}}]}
        """)).Sectors);
}
