using Filecoin.Primitives;
using SealerRecover.Commands;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

public sealed class TypedNamesTests
{
    public static TheoryData<Setting> Settings => [.. Enum.GetValues<Setting>()];

    public static TheoryData<UserCommand> Commands => [.. Enum.GetValues<UserCommand>()];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Every_setting_that_a_hint_names_is_an_option_of_some_command(Setting setting) =>
        Assert.Contains(TypedNames.Of(setting), new CommandLine().Commands.SelectMany(command => command.Syntax.Options).SelectMany(option => option.Aliases.Prepend(option.Name)));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_that_a_hint_names_can_be_started(UserCommand command) =>
        Assert.Contains(TypedNames.Of(command), new CommandLine().Commands.Select(known => $"sealer-recover {known.Syntax.Name}"));

    [Fact]
    public void No_two_of_them_are_typed_alike()
    {
        Enum[] all = [.. Enum.GetValues<Setting>().Cast<Enum>(), .. Enum.GetValues<UserCommand>().Cast<Enum>()];
        Assert.Equal(all.Length, all.Select(TypedNames.Of).Distinct().Count());
    }

    [Theory]
    [InlineData("use more memory", "Use more memory.")]
    [InlineData("Use more memory.", "Use more memory.")]
    [InlineData("lotus-miner could not be asked: set it up", "lotus-miner could not be asked: set it up.")]
    [InlineData("f01000 has none", "f01000 has none.")]
    [InlineData("give it?", "Give it?")]
    [InlineData("give --storage=/data1", "Give --storage=/data1")]
    [InlineData("look at /data1", "Look at /data1")]
    [InlineData("", "")]
    public void A_hint_is_a_sentence(string hint, string sentence) => Assert.Equal(sentence, TypedNames.Sentence(hint));
}
