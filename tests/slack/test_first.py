from tests.slack.house import House


async def test_a_mention_is_answered(house: House) -> None:
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        assert said.statuses == [200]
        await house.rest()
    print(house.slack.transcript(house.ann))
    print(house.slack.methods_called())
    print(house.slack.state.calls)
    assert len(house.answers(said)) == 1
    house.slack.assert_clean()


async def test_a_command(house: House) -> None:
    async with house.open():
        said = await house.ann.command("/ask", "Is it so?", house.slack.general)
        assert said.statuses == [200]
        await house.rest()
    print(house.slack.transcript(house.ann))
    print(house.slack.methods_called())
    house.slack.assert_clean()
