using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>What is typed wrongly for a fleet is told before its database is asked: nothing listens where these say that it is.</summary>
public sealed class FleetCommandTests
{
    private static readonly string Metadata = $"--metadata={Path.Combine(VectorFiles.RepositoryRoot, "samples", "2KiB", "sectors-recovery-f01000.json")}";

    [Theory]
    [InlineData("\"begin\" is nothing that a fleet does", "begin")]
    [InlineData("no metadata file was named", "submit")]
    [InlineData("says nothing on another machine", "submit", "--to=sector", "METADATA")]
    [InlineData("--check and --to were both given", "submit", "--check=survey", "--storage=/sector", "--to=/sector", "METADATA")]
    [InlineData("--check and --repair were both given", "submit", "--check=survey", "--storage=/sector", "--repair", "METADATA")]
    [InlineData("--deep was given, but nothing is surveyed", "submit", "--check=verify", "--storage=/sector", "--deep", "METADATA")]
    [InlineData("--quick was given, but nothing is surveyed", "submit", "--quick", "METADATA")]
    [InlineData("--sample was given without --deep", "submit", "--check=all", "--storage=/sector", "--sample=5", "METADATA")]
    [InlineData("no storage path was named", "submit", "--check=verify", "METADATA")]
    [InlineData("says nothing on another machine", "submit", "--check=verify", "--storage=sector", "METADATA")]
    [InlineData("neither survey nor verify", "submit", "--check=look", "--storage=/sector", "METADATA")]
    [InlineData("no sectors were named", "cancel")]
    [InlineData("no sectors were named", "cancel", "--storage=/sector")]
    [InlineData("sectors and --check were both given", "pause", "--check=all", "7")]
    [InlineData("says nothing on another machine", "retry", "--check=survey", "--storage=sector")]
    [InlineData("neither survey nor verify nor all", "resume", "--check=look")]
    [InlineData("no priority was named", "prefer", "--check=verify")]
    [InlineData("no sectors were named", "prefer", "--priority=5")]
    [InlineData("no priority was named", "prefer", "7")]
    public async Task A_mistake_is_told_before_the_database_is_asked(string told, params string[] words)
    {
        Ran ran = await InProcess.RunAsync(["fleet", "--fleet-db=postgres://nobody@127.0.0.1:1/none", .. words.Select(word => word == "METADATA" ? Metadata : word)]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(told, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_named_without_the_password()
    {
        Ran ran = await InProcess.RunAsync("fleet", "status", "--fleet-db=postgres://fleet:s3cret@127.0.0.1:1/list");
        Assert.Equal(3, ran.Code);
        Assert.Contains("fleet at 127.0.0.1:1, database list", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", ran.Output + ran.Error, StringComparison.Ordinal);
    }
}
