using Filecoin.Chain.Facts;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

public sealed class FactsAnswerTests
{
    [Fact]
    public void Facts_of_the_same_sources_share_a_line_and_what_nothing_speaks_for_is_marked()
    {
        SectorFacts facts = Examples.Facts(Examples.Sector2) with
        {
            Origins =
            [
                new FactOrigin("SealProof", ["the newest state"], "the chain's own record"),
                new FactOrigin("SealedCID", ["the newest state"], "the chain's own record"),
                new FactOrigin("TicketEpoch", ["the command line"], null),
                new FactOrigin("Ticket", ["headers", "the node's own draw"], null),
                new FactOrigin("CommD", ["a", "b", "c"], "they agree"),
            ],
        };
        Assert.Equal(
            [
                "SealProof, SealedCID: the newest state (the chain's own record)",
                "TicketEpoch: the command line (alone, not verified)",
                "Ticket: headers and the node's own draw (not verified)",
                "CommD: a, b and c (they agree)",
            ],
            new FactsAnswer(facts).Origins());
        Assert.Empty(new FactsAnswer(Examples.Facts(Examples.Sector2)).Origins());
    }

    [Fact]
    public void Names_of_sources_cannot_act_upon_a_terminal()
    {
        using StringWriter output = new();
        new PlainView(output, TextWriter.Null, new FixedTime(), verbose: false).Answered(
            new FactsAnswer(Examples.Facts(Examples.Sector2) with { Origins = [new FactOrigin("CommD", ["the metadata file \u001b[31m\u202e\n"], null)] }));
        Assert.Contains("the metadata file \\x1b[31m\\u202e\\x0a (alone, not verified)", output.ToString(), StringComparison.Ordinal);
    }
}
