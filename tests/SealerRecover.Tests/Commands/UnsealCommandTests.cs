using System.Text;
using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>What is wrong with a command line that wants pieces of many sectors is said before anything is asked or read.</summary>
public sealed class UnsealCommandTests
{
    [Theory]
    [InlineData("--metadata=./x --out=./y --pieces=-", "line 2 of standard input is \"what\", neither the CID of a piece nor sector:offset:size")]
    [InlineData("--metadata=./x --out=./y --pieces=./nowhere", "/nowhere is not there")]
    [InlineData("--metadata=./x --pieces=-", "--pieces was given without --out")]
    [InlineData("--metadata=./x --out=./y --piece=baga", "--piece is for one sector, but --out takes pieces of many out of storage paths")]
    [InlineData("--metadata=./x --out=./y --sealed=./z", "--sealed is for one sector")]
    [InlineData("--miner=f01000 --out=./y", "no sectors were named")]
    [InlineData("--metadata=./x", "no output was named")]
    public async Task Mistakes_are_named(string options, string sentence)
    {
        Ran ran = await InProcess.RunAsync(() => new MemoryStream(Encoding.UTF8.GetBytes("# a list\nwhat\n")), ["unseal", .. options.Split(' ')]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", ran.Error, StringComparison.Ordinal);
    }
}
