using Xunit;

namespace SealerRecover.Tests.Commands;

public sealed class SurveyCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-survey-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("survey --miner=f01000 5", "no storage path was named")]
    [InlineData("survey --miner=f01000 5 --storage=/nowhere/at/all", "/nowhere/at/all is not there")]
    [InlineData("survey --storage=HERE 5", "no miner was named")]
    [InlineData("survey --miner=f01000 --storage=HERE 5", "how large the sectors of f01000 are is not known")]
    [InlineData("survey --miner=f01000 --storage=HERE 5 --sector-size=3KiB", "--sector-size is \"3KiB\"")]
    [InlineData("survey --miner=f01000 --storage=HERE 5 --sector-size=2KiB --sample=4", "--sample was given without --deep")]
    [InlineData("survey --miner=f01000 --storage=HERE 5x --sector-size=2KiB", "\"5x\" is not a sector number")]
    [InlineData("survey --miner=f01000 --storage=HERE --faulty", "which sectors are faulty only a chain node can tell")]
    [InlineData("survey --metadata=x --storage=HERE --faulty", "a metadata file does not tell which sectors are faulty")]
    [InlineData("survey --miner=f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i --storage=HERE 5 --sector-size=2KiB", "without a chain node the miner's number is not known")]
    public async Task A_mistake_is_one_sentence_and_a_hint(string arguments, string sentence)
    {
        Ran ran = await InProcess.RunAsync(arguments.Replace("HERE", _folder, StringComparison.Ordinal).Split(' '));
        Assert.True(ran.Code == 2, ran.Output + ran.Error);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sector_of_which_nothing_is_there_is_wrong_and_has_a_command()
    {
        Ran ran = await InProcess.RunAsync("survey", "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", "5-7", "9");
        Assert.True(ran.Code == 10, ran.Output + ran.Error);
        Assert.Contains($"sealer-recover repair --miner=f01000 --storage={_folder} 5-7 9", ran.Output, StringComparison.Ordinal);
        Assert.Contains("no chain node was asked", ran.Output, StringComparison.Ordinal);
        Assert.Contains("is no storage path, or an empty one", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_numbers_and_sectors_there_is_nothing_to_do()
    {
        Ran ran = await InProcess.RunAsync("survey", "--miner=f01000", $"--storage={_folder}", "--sector-size=2KiB", "--json");
        Assert.Equal(0, ran.Code);
        Assert.Empty(ran.Lines[^1]["sectors"]!.AsArray());
    }
}
