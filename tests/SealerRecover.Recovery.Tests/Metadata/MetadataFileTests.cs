using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Recovery.Tests.Metadata;

public sealed class MetadataFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string> Samples => [.. Directory.GetFiles(Path.Combine(VectorFiles.Folder, "metadata"), "sectors-recovery-*.json", SearchOption.AllDirectories)
        .Where(path => !path.EndsWith(".expected.json", StringComparison.Ordinal))
        .Select(path => Path.GetRelativePath(VectorFiles.Folder, path))];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_file_of_the_original_tool_is_read_and_written_back_byte_for_byte(string name)
    {
        string original = Path.Combine(VectorFiles.Folder, name);
        RecoveryMetadata metadata = MetadataFile.Read(original);
        string copy = _folder.At("copy.json");

        RecoveryMetadata written = MetadataFile.Merge(copy, metadata);

        Assert.NotEmpty(metadata.Sectors);
        Assert.Equal(metadata.Sectors, written.Sectors);
        Assert.Equal(File.ReadAllText(original), File.ReadAllText(copy));
        Assert.All(metadata.Sectors, facts => Assert.Equal(metadata.SectorSize, facts.SealProof.SectorSize));
    }

    [Fact]
    public void What_we_write_is_what_a_strict_model_of_the_go_struct_reads()
    {
        SectorFacts facts = FakeSealer.Facts(7) with
        {
            TicketEpoch = 4863283,
            Status = new ChainStatus
            {
                State = SectorState.Proven,
                HeadEpoch = 5_000_000,
                HeadTime = DateTimeOffset.UnixEpoch,
                Deadline = 42,
                DeadlineOpens = 5_000_100,
            },
        };
        string path = _folder.At("sectors-recovery-f01000.json");
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [facts]));

        GoFile file = JsonSerializer.Deserialize<GoFile>(File.ReadAllBytes(path))!;

        Assert.Equal(("f01000", 2048UL), (file.Miner, file.SectorSize));
        GoSector sector = Assert.Single(file.SectorInfos);
        Assert.Equal((7UL, 5L), (sector.SectorNumber, sector.SealProof));
        Assert.Equal(facts.Ticket.Value.ToArray(), sector.Ticket);
        Assert.Equal(facts.SealedCid.ToString(), sector.SealedCID.Link);
        Assert.Equal(4863283, Assert.Single(MetadataFile.Read(path).Sectors).TicketEpoch);
        Assert.Contains("\n\t\t\t\"TicketEpoch\": 4863283,\n\t\t\t\"Chain\": {\n\t\t\t\t\"State\": \"Proven\",", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_merge_keeps_order_and_foreign_fields_replaces_equal_numbers_and_appends()
    {
        string text = Valid().Replace("\"Miner\"", "\"Note\": {\"by\": [1.50, \"+<\"]},\n\"Miner\"", StringComparison.Ordinal)
            .Replace("\"SealProof\": 5", "\"SealProof\": 5, \"Comment\": \"mine\"", StringComparison.Ordinal);
        string path = _folder.Write("f.json", text);
        SectorFacts nine = FakeSealer.Facts(9);
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [nine, FakeSealer.Facts(8)]));
        SectorFacts other = FakeSealer.Facts(9, ticket: 1);

        RecoveryMetadata merged = MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [FakeSealer.Facts(3), other]));

        Assert.Equal([1UL, 9UL, 8UL, 3UL], merged.Sectors.Select(facts => facts.Sector.Number));
        Assert.Equal(other.Ticket, merged.Sectors[1].Ticket);
        Assert.Contains("\"Comment\": \"mine\"", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("1.50", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(["f.json"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));

        // What was written on the way goes into the order of the whole.
        merged = MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [FakeSealer.Facts(20), FakeSealer.Facts(3), FakeSealer.Facts(8), FakeSealer.Facts(1)])
        {
            GoLast = new HashSet<ulong> { 3, 8 },
        });
        Assert.Equal([1UL, 9UL, 20UL, 3UL, 8UL], merged.Sectors.Select(facts => facts.Sector.Number));
    }

    [Fact]
    public void A_merge_goes_through_a_link_and_refuses_another_miner()
    {
        string path = _folder.Write("real/f.json", Valid());
        File.CreateSymbolicLink(_folder.At("link.json"), path);

        MetadataFile.Merge(_folder.At("link.json"), new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [FakeSealer.Facts(2)]));

        Assert.NotNull(new FileInfo(_folder.At("link.json")).LinkTarget);
        Assert.Equal(2, MetadataFile.Read(path).Sectors.Count);
        AssertBad(() => MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1001), SectorSize.KiB2, [])), "f01001");
        AssertBad(() => MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.MiB8, [])), "8MiB");
    }

    [Theory]
    [InlineData(FaultKind.ChangeFails)]
    [InlineData(FaultKind.Dies)]
    public void A_merge_that_fails_leaves_the_old_file(FaultKind kind)
    {
        string path = _folder.Write("f.json", Valid());
        for (int failAt = 1; failAt <= 4; failAt++)
        {
            OperatorException failure = Assert.Throws<OperatorException>(() => MetadataFile.Merge(
                path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [FakeSealer.Facts(2)]), new LyingFileSystem(new FileFault(kind, failAt))));
            Assert.Equal(FailureKind.Storage, failure.Kind);
            Assert.Equal(Valid(), File.ReadAllText(path));
            Assert.True(kind == FaultKind.Dies || Directory.GetFileSystemEntries(_folder.Path).Length == 1, "only who is killed leaves anything");
        }
    }

    // Each row: what to replace in a valid file, by what, and what the message has to name.
    [Theory]
    [InlineData("\"Miner\"", "\"miner\"", "Miner is missing")]
    [InlineData("\"f01000\"", "1000", "Miner is a number where a string is needed")]
    [InlineData("\"f01000\"", "null", "Miner is null")]
    [InlineData("\"f01000\"", "\"f0\"", "Miner")]
    [InlineData("\"f01000\"", "\"f001000\"", "Miner")]
    [InlineData("\"f01000\"", "\"f01000/../../etc\"", "Miner \"f01000/../../etc\" is not a miner's ID address")]
    [InlineData("\"f01000\"", "\"f0+1000\"", "Miner")]
    [InlineData("\"f01000\"", "\"f2abcdefghij\"", "Miner")]
    [InlineData("\"f01000\"", "\"f099999999999999999999\"", "Miner")]
    [InlineData("\"f01000\"", "\"f09223372036854775808\"", "Miner")]
    [InlineData("\"f01000\"", "\"\\ud800\"", "Miner is not Unicode text")]
    [InlineData("\"f01000\"", "\"\\u001b[2Jf01000\"", "Miner \"\\x1b[2Jf01000\"")]
    [InlineData("\"f01000\",", "\"f01000\", \"Miner\": \"f01000\",", "the field \"Miner\" twice")]
    [InlineData("\"SectorSize\": 2048", "\"SectorSize\": 4096", "SectorSize 4096")]
    [InlineData("\"SectorSize\": 2048", "\"SectorSize\": 0", "SectorSize 0")]
    [InlineData("\"SectorSize\": 2048", "\"SectorSize\": -2048", "SectorSize \"-2048\"")]
    [InlineData("\"SectorSize\": 2048", "\"SectorSize\": 2048.0", "SectorSize")]
    [InlineData("\"SectorSize\": 2048", "\"SectorSize\": 2e3", "SectorSize")]
    [InlineData("\"SectorSize\": 2048", "\"SectorSize\": \"2048\"", "SectorSize is a string")]
    [InlineData("\"SectorSize\": 2048", "\"SectorSize\": 8388608", "SectorInfos[0] (sector 1): SealProof StackedDrg2KiBV1_1 (5) is for 2KiB sectors, but SectorSize is 8MiB")]
    [InlineData("\"SectorInfos\": [", "\"SectorInfos\": {}, \"x\": [", "SectorInfos is an object")]
    [InlineData("{\"SectorNumber\"", "7, {\"SectorNumber\"", "SectorInfos[0] is a number where an object is needed")]
    [InlineData("\"SectorNumber\": 1", "\"SectorNumber\": 1, \"SectorNumber\": 1", "SectorInfos[0] has the field \"SectorNumber\" twice")]
    [InlineData("\"SectorNumber\": 1", "\"SectorNumber\": -1", "SectorInfos[0]: SectorNumber \"-1\"")]
    [InlineData("\"SectorNumber\": 1", "\"SectorNumber\": 18446744073709551615", "SectorInfos[0]: SectorNumber")]
    [InlineData("\"SectorNumber\": 1", "\"SectorNumber\": true", "SectorInfos[0]: SectorNumber is true or false")]
    [InlineData("\"SectorNumber\": 1", "\"SectorNumber\": \"../1\"", "SectorInfos[0]: SectorNumber is a string")]
    [InlineData("\"SealProof\": 5", "\"SealProof\": 20", "SectorInfos[0] (sector 1): SealProof 20")]
    [InlineData("\"SealProof\": 5", "\"SealProof\": 8", "SectorInfos[0] (sector 1): SealProof")]
    [InlineData("\"SealProof\": 5", "\"Proof\": 5", "SectorInfos[0] (sector 1): SealProof is missing")]
    [InlineData("TICKET", "AAAA", "SectorInfos[0] (sector 1): Ticket \"AAAA\" is not 32 bytes")]
    [InlineData("TICKET", "", "Ticket")]
    [InlineData("TICKET", "TICKET TICKET", "Ticket")]
    [InlineData("TICKET", "not base64!", "Ticket")]
    [InlineData("\"TICKET\"", "[1,2,3]", "Ticket is a list where a string is needed")]
    [InlineData("{\"/\": \"CID\"}", "\"CID\"", "SealedCID is a string where an object is needed")]
    [InlineData("{\"/\": \"CID\"}", "{}", "SealedCID: / is missing")]
    [InlineData("{\"/\": \"CID\"}", "{\"/\": \"CID\", \"/\": \"CID\"}", "SealedCID has the field \"/\" twice")]
    [InlineData("\"CID\"", "\"bafy\"", "SealedCID \"bafy\" is not a CID")]
    [InlineData("\"CID\"", "\"QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG\"", "is not a CID")]
    [InlineData("\"CID\"", "\"baga6ea4seaqpy7usqklokfx2vxuynmupslkeutzexe2uqurdg5vhtebhxqmpqmy\"", "but that of unsealed data")]
    [InlineData("\"SealProof\": 5", "\"SealProof\": 5, \"TicketEpoch\": \"5\"", "TicketEpoch is a string")]
    [InlineData("\"SealProof\": 5", "\"SealProof\": 5, \"CommD\": {\"/\": \"CID\"}", "CommD")]
    [InlineData("]", ", {\"SectorNumber\": 1, \"SealProof\": 5, \"Ticket\": \"TICKET\", \"SealedCID\": {\"/\": \"CID\"}}]", "SectorInfos[1] SectorNumber 1 already stands at SectorInfos[0]")]
    [InlineData("]", "],", "is not valid JSON")]
    [InlineData("]", "", "is not valid JSON")]
    [InlineData("]", "], \"x\": [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "at most 16 levels")]
    [InlineData("]", "], \"\\udc00\": 1", "not Unicode text")]
    public void Hostile_content_is_one_sentence_naming_the_place(string old, string replacement, string named)
    {
        string template = Template();
        Assert.Contains(old, template, StringComparison.Ordinal);
        int first = template.IndexOf(old, StringComparison.Ordinal);
        string text = Fill(template[..first] + replacement + template[(first + old.Length)..]);
        string path = _folder.Write("hostile.json", text);

        OperatorException failure = AssertBad(() => MetadataFile.Read(path), named);

        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.All(failure.Message, character => Assert.False(char.IsControl(character)));
        Assert.InRange(failure.Message.Length, 10, 400);
    }

    [Fact]
    public void Data_that_is_no_text_no_JSON_or_not_there_is_refused()
    {
        string digits = new('9', 1_000_000);
        AssertBad(() => MetadataFile.Read(_folder.Write("n.json", Valid().Replace(": 1,", $": {digits},", StringComparison.Ordinal))), "SectorNumber \"999");
        File.WriteAllBytes(_folder.At("latin.json"), [.. "{\"Miner\": \""u8, 0xe9, .. "\"}"u8]);
        AssertBad(() => MetadataFile.Read(_folder.At("latin.json")), "UTF-8");
        using (FileStream huge = File.Create(_folder.At("huge.json")))
        {
            huge.SetLength(1L << 40);
        }

        AssertBad(() => MetadataFile.Read(_folder.At("huge.json")), "line 1, byte 1 is not valid JSON");
        AssertBad(() => MetadataFile.Read(_folder.At("none.json")), "does not exist");
        AssertBad(() => MetadataFile.Read(_folder.Path), "is not a file");
        AssertBad(() => MetadataFile.Read(_folder.Write("empty.json", string.Empty)), "not valid JSON");
    }

    [Fact]
    public void Every_prefix_of_a_good_file_is_refused_and_no_changed_byte_crashes()
    {
        byte[] good = Encoding.UTF8.GetBytes(Valid());
        for (int length = 0; length < good.Length - 2; length++)
        {
            File.WriteAllBytes(_folder.At("cut.json"), good[..length]);
            AssertBad(() => MetadataFile.Read(_folder.At("cut.json")), "cut.json");
        }

        Random random = new(20260304);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] changed = (byte[])good.Clone();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_folder.At("changed.json"), changed);
            try
            {
                MetadataFile.Read(_folder.At("changed.json"));
            }
            catch (OperatorException failure)
            {
                Assert.Equal(FailureKind.BadInput, failure.Kind);
                refused++;
            }
        }

        Assert.InRange(refused, 500, 2000);
    }

    // The reader's first buffer is 64 KiB: wherever its end falls, in a name, a number, a character of several bytes, the file reads the same.
    [Fact]
    public void A_file_is_read_the_same_wherever_a_part_of_it_ends()
    {
        SectorFacts[] sectors = [FakeSealer.Facts(1), FakeSealer.Facts(2), FakeSealer.Facts(3)];
        string path = _folder.At("f.json");
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, sectors));
        byte[] text = Encoding.UTF8.GetBytes(File.ReadAllText(path).Replace("\"Miner\"", "\"Notiz é€😀\": \"é€😀\", \"Miner\"", StringComparison.Ordinal));
        const int buffer = 1 << 16;
        for (int end = 0; end < text.Length; end++)
        {
            byte[] shifted = [.. Enumerable.Repeat((byte)' ', buffer - end), .. text];
            Assert.Equal(sectors, new MetadataReader("f.json", new BytesFile(shifted)).Read().Sectors);
        }

        Assert.Equal(sectors, new MetadataReader("f.json", new BytesFile(text, atOnce: 1)).Read().Sectors);
        byte[] begun = [.. "{\"Note\": \""u8, 0xc3];
        byte[] half = [.. Enumerable.Repeat((byte)' ', buffer - begun.Length), .. begun];
        AssertBad(() => new MetadataReader("half.json", new BytesFile(half)).Read(), "UTF-8");
    }

    [Fact]
    public void A_field_that_is_larger_than_a_buffer_is_kept_and_one_beyond_all_bounds_is_refused()
    {
        string note = new('n', 1_000_000);
        string path = _folder.Write("f.json", Valid().Replace("\"Miner\"", $"\"Note\": [\"{note}\"], \"SectorInfos\": null, \"Miner\"", StringComparison.Ordinal)
            .Replace(", \"SectorInfos\": [", ", \"Old\": [", StringComparison.Ordinal));
        MetadataFile.Merge(path, new RecoveryMetadata(new ActorId(1000), SectorSize.KiB2, [FakeSealer.Facts(2)]));
        string written = File.ReadAllText(path);
        Assert.Contains(note, written, StringComparison.Ordinal);
        Assert.Contains("\"Old\": [", written, StringComparison.Ordinal);
        Assert.Equal(2UL, Assert.Single(MetadataFile.Read(path).Sectors).Sector.Number);

        using (FileStream endless = File.Create(_folder.At("endless.json")))
        {
            endless.Write("{\"Miner\": "u8);
            endless.Write(Enumerable.Repeat((byte)'1', 1 << 20).ToArray());
        }

        AssertBad(() => MetadataFile.Read(_folder.At("endless.json")), "not valid JSON");
    }

    [Fact]
    public void Optional_fields_a_byte_order_mark_and_an_empty_list_are_accepted()
    {
        string zero = ZeroCommitments.ForSector(SectorSize.KiB2).ToString();
        string text = Valid().Replace("\"SealProof\": 5", $"\"SealProof\": 5, \"TicketEpoch\": null, \"CommD\": {{\"/\": \"{zero}\"}}, \"Unknown\": [{{}}]", StringComparison.Ordinal)
            .Replace("f01000", "t01000", StringComparison.Ordinal);
        RecoveryMetadata read = MetadataFile.Read(_folder.Write("f.json", "\ufeff" + text));
        Assert.Equal(new ActorId(1000), read.Miner);
        Assert.Equal(FakeSealer.Facts(1), Assert.Single(read.Sectors));
        Assert.Empty(MetadataFile.Read(_folder.Write("e.json", "{\"Miner\": \"f01000\", \"SectorSize\": 2048, \"SectorInfos\": null}")).Sectors);
    }

    private static OperatorException AssertBad(Action act, string named)
    {
        OperatorException failure = Assert.Throws<OperatorException>(act);
        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Hint.ToString());
        return failure;
    }

    private static string Template() =>
        """
        {"Miner": "f01000", "SectorSize": 2048, "SectorInfos": [{"SectorNumber": 1, "SealProof": 5, "Ticket": "TICKET", "SealedCID": {"/": "CID"}}]}
        """;

    private static string Fill(string text) => text
        .Replace("TICKET", Convert.ToBase64String(FakeSealer.Facts(1).Ticket.Value.Span), StringComparison.Ordinal)
        .Replace("\"CID\"", $"\"{FakeSealer.Facts(1).SealedCid}\"", StringComparison.Ordinal);

    private static string Valid() => Fill(Template());

    // The struct of the original tool; its decoder passes over names it does not know.
    private sealed record GoFile(string Miner, ulong SectorSize, GoSector[] SectorInfos);

    private sealed record GoSector(ulong SectorNumber, byte[] Ticket, long SealProof, GoCid SealedCID);

    private sealed record GoCid([property: JsonPropertyName("/")] string Link);
}
