using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Progress;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Worth;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

/// <summary>Progress of looking sectors up, and what they are worth.</summary>
public sealed class LookUpTests
{
    [Fact]
    public void Progress_is_a_line_at_first_and_then_at_each_tenth_but_not_more_often_than_every_five_seconds()
    {
        FixedTime time = new();
        StringWriter output = new() { NewLine = "\n" };
        PlainView view = new(output, TextWriter.Null, time, verbose: false);
        for (int done = 1; done < 100; done++)
        {
            view.On(new LookUpReported(
                time.Now.AddSeconds(done / 4.0), new LookupCount(LookupTask.LookUp, done, 100, done / 50, TimeSpan.FromSeconds(done / 4.0))));
        }

        Assert.Equal(
            [
                "2026-01-02 03:04:05Z 1 of 100 sectors looked up (4.0 sectors/s, 24 s left)",
                "2026-01-02 03:04:10Z 21 of 100 sectors looked up (4.0 sectors/s, 19 s left)",
                "2026-01-02 03:04:15Z 41 of 100 sectors looked up (4.0 sectors/s, 14 s left)",
                "2026-01-02 03:04:20Z 61 of 100 sectors looked up, 1 failed (4.0 sectors/s, 9.8 s left)",
                "2026-01-02 03:04:25Z 81 of 100 sectors looked up, 1 failed (4.0 sectors/s, 4.8 s left)",
            ],
            output.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void In_json_it_is_a_phase_about_once_a_second()
    {
        FixedTime time = new();
        StringWriter output = new() { NewLine = "\n" };
        JsonView view = new(output, TextWriter.Null, time, verbose: false);
        for (int done = 1; done < 100; done++)
        {
            view.On(new LookUpReported(
                time.Now.AddSeconds(done / 10.0), new LookupCount(LookupTask.LookUp, done, 100, 0, TimeSpan.FromSeconds(done / 10.0))));
        }

        JsonObject[] lines = [.. output.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject())];
        Assert.InRange(lines.Length, 9, 11);
        Assert.All(lines, line => Assert.Equal(("progress", "look_up", "sectors", 100), ((string)line["event"]!, (string)line["phase"]!, (string)line["unit"]!, (int)line["total"]!)));
        Assert.False(lines[0].ContainsKey("sector"));
    }

    [Fact]
    public void What_many_sectors_are_worth_is_a_table_of_the_most_urgent_a_sum_and_a_sentence_for_each_that_is_too_late()
    {
        (SectorFacts, SectorWorth)[] sectors = [.. Enumerable.Range(0, 50).Select(i => (Facts((ulong)i), new SectorWorth
        {
            Verdict = i == 3 ? WorthVerdict.TooLate : WorthVerdict.InTime,
            Why = i == 3 ? "it expired at epoch 77" : "it expires at epoch 900000",
            IsFaulty = i % 2 == 0,
            FaultySince = i % 2 == 0 ? 100_000 : null,
            EndsAt = i == 3 ? 77 : 202_880,
            CostPerDay = i == 3 ? null : new Fil(BigInteger.Pow(10, 15)),
        }))];
        WorthAnswer answer = new(new WorthOfSectors(null, sectors, []));
        string[] lines = [.. answer.Blocks().SelectMany(block => block is TextTable table ? table.Lines() : [((TextLine)block).Text])];

        Assert.Equal("", lines[0]);
        Assert.Equal("  f01000 sector 0   1969-11-27 06:40:00Z  1970-01-02 00:00:00Z  1 d 00 h  0.001 FIL           unknown                in time", lines[2]);
        Assert.Equal("  f01000 sector 1   not faulty            1970-01-02 00:00:00Z  1 d 00 h  0.001 FIL           unknown                in time", lines[3]);
        Assert.Equal(
            [
                "  and 10 more, all of them with --json",
                "  in time or not as of epoch 200000, 1970-01-01 00:00:00Z by the chain's head",
                "  25 faulty sectors cost 0.025 FIL a day by the network's present estimates",
                "  f01000 sector 3 is not worth recovering: it expired at epoch 77",
            ],
            lines[42..]);

        JsonObject json = JsonSerializer.SerializeToNode(answer.Json, JsonLines.Default.JsonLine)!.AsObject();
        Assert.Equal(50, json["sectors"]!.AsArray().Count);
        Assert.False(json.ContainsKey("network_version"));
        Assert.Equal("1000000000000000", (string?)json["sectors"]![0]!["cost_per_day"]);
        Assert.Equal("too_late", (string?)json["sectors"]![3]!["verdict"]);
        Assert.False(json["sectors"]![3]!.AsObject().ContainsKey("cost_per_day"));
    }

    private static SectorFacts Facts(ulong number) => new()
    {
        Sector = new SectorId(new ActorId(1000), number),
        SealProof = SealProofs.All[8],
        Ticket = new Ticket(Blake2b.Hash256([1])),
        SealedCid = Examples.Commitments.CommR,
        Status = new ChainStatus { State = SectorState.Proven, HeadEpoch = 200_000, HeadTime = DateTimeOffset.UnixEpoch },
    };
}
